// Command promql reads PromQL expressions, a JSON list of them on stdin, and writes the metrics
// that each asks for, with the labels that it asks them by. It is a module of its own, so
// that Prometheus and all that it needs are no requirement of backupdoctor.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

// A selector is one metric in an expression.
type selector struct {
	Expression string   `json:"expression"`
	Metric     string   `json:"metric"`
	Labels     []string `json:"labels"`
}

func main() {
	log.SetFlags(0)
	var expressions []string
	if err := json.NewDecoder(os.Stdin).Decode(&expressions); err != nil {
		log.Fatal(err)
	}
	found := []selector{}
	for _, expression := range expressions {
		selectors, err := selectorsOf(expression)
		if err != nil {
			log.Fatal(fmt.Errorf("%s: %w", expression, err))
		}
		found = append(found, selectors...)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func selectorsOf(expression string) ([]selector, error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return nil, err
	}
	var found []selector
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if vector, ok := node.(*parser.VectorSelector); ok {
			s := selector{Expression: expression, Metric: vector.Name}
			for _, m := range vector.LabelMatchers {
				s.Labels = append(s.Labels, m.Name)
			}
			found = append(found, s)
		}
		return nil
	})
	return found, nil
}

package hub

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report/ledger/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v4"
)

// described returns the metrics of a hub with their labels, as described to Prometheus.
func described(t testing.TB) map[string][]string {
	t.Helper()
	out := make(chan *prometheus.Desc, 64)
	metrics.Collector{}.Describe(out)
	hubMetrics{}.Describe(out)
	close(out)
	form := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	known := map[string][]string{"up": nil} // Prometheus' own metric
	for desc := range out {
		found := form.FindStringSubmatch(desc.String())
		if found == nil {
			t.Fatalf("a metric describes itself as %s", desc)
		}
		known[found[1]] = strings.Split(found[2], ",")
	}
	return known
}

// The parts of a PromQL expression: a metric, perhaps with labels in braces, and each label.
var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	selector = regexp.MustCompile(`\b(?:(backupdoctor_\w+|up)\b(?:\{([^}]*)\})?|\w+\{[^}]*\})`)
	matcher  = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
)

// asksKnown reports uses of metrics that no hub has. TestPromtoolReadsTheExpressions checks the
// syntax.
func asksKnown(t testing.TB, known map[string][]string, question string) {
	t.Helper()
	found := selector.FindAllStringSubmatch(quoted.ReplaceAllString(question, `""`), -1)
	if len(found) == 0 {
		t.Errorf("%s asks for no metric of a hub", question)
	}
	for _, asked := range found {
		labels, ok := known[asked[1]]
		if !ok {
			t.Errorf("%s: no hub has the metric %s", question, asked[0])
		}
		for _, m := range matcher.FindAllStringSubmatch(asked[2], -1) {
			if !slices.Contains(append([]string{"job", "instance"}, labels...), m[1]) {
				t.Errorf("%s: the metric %s has no label %s", question, asked[1], m[1])
			}
		}
	}
}

// promtool checks a rule file as Prometheus would load it.
func promtool(t *testing.T, rules string) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("BACKUPDOCTOR_REQUIRE_PROMTOOL") != "" {
			t.Fatal("promtool is not installed, and BACKUPDOCTOR_REQUIRE_PROMTOOL is set")
		}
		t.Skip("promtool is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), program, "check", "rules", rules).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestPromtoolReadsTheExpressions runs promtool on the alerts, and on the dashboard's
// expressions as rules.
func TestPromtoolReadsTheExpressions(t *testing.T) {
	promtool(t, "../packaging/prometheus-alerts.yaml")
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	type group struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	}
	panels := group{Name: "dashboard"}
	for i, expression := range dashboardExpressions(t) {
		panels.Rules = append(panels.Rules, rule{fmt.Sprintf("panel:%d", i), expression})
	}
	rules, err := yaml.Marshal(map[string][]group{"groups": {panels}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := os.WriteFile(path, rules, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, path)
}

func TestAlertsAskForMetricsThatExist(t *testing.T) {
	file, err := os.Open("../packaging/prometheus-alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rules struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(&rules); err != nil {
		t.Fatal(err)
	}
	known, count := described(t), 0
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			count++
			asksKnown(t, known, rule.Expr)
			if rule.Alert == "" || rule.Annotations["summary"] == "" || !slices.Contains([]string{"warning", "critical"}, rule.Labels["severity"]) {
				t.Errorf("a rule is not whole: %+v", rule)
			}
		}
	}
	if count == 0 {
		t.Error("there are no rules")
	}
}

// A dashboardPanel is one Grafana panel.
type dashboardPanel struct {
	ID      int
	Title   string
	Targets []struct{ Expr string }
}

// dashboard reads the dashboard and returns its panels and text.
func dashboard(t testing.TB) (panels []dashboardPanel, text string) {
	t.Helper()
	data, err := os.ReadFile("../packaging/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Panels []dashboardPanel }
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	return read.Panels, string(data)
}

func dashboardExpressions(t testing.TB) (expressions []string) {
	t.Helper()
	panels, _ := dashboard(t)
	for _, panel := range panels {
		for _, target := range panel.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	return expressions
}

// TestDashboardAsksForMetricsThatExist checks that the dashboard uses only existing metrics,
// and all of a hub's.
func TestDashboardAsksForMetricsThatExist(t *testing.T) {
	panels, text := dashboard(t)
	known := described(t)
	ids := map[int]bool{}
	for _, panel := range panels {
		if ids[panel.ID] || panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("the panel %d %q is not whole", panel.ID, panel.Title)
		}
		ids[panel.ID] = true
	}
	for _, expression := range dashboardExpressions(t) {
		asksKnown(t, known, expression)
	}
	for name := range known {
		if name != "up" && !strings.Contains(text, name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

package device

import (
	"reflect"
	"strings"
	"time"
)

// PrivateTexts returns every distinct text of a snapshot that is tagged privacy:"private",
// and the bundle IDs in app domains. It excludes the domains that every device has.
func PrivateTexts(s Snapshot) []string {
	c := collector{seen: map[string]bool{}}
	c.collect(reflect.ValueOf(s), false)
	return c.texts
}

type collector struct {
	seen  map[string]bool
	texts []string
}

func (c *collector) collect(v reflect.Value, private bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.collect(v.Elem(), private)
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.collect(v.Index(i), private)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			c.collect(v.Field(i), private || v.Type().Field(i).Tag.Get("privacy") == "private")
		}
	case reflect.String:
		if private && !isSystemDomain(v.String()) {
			c.add(v.String())
			if kind, bundle, found := strings.Cut(v.String(), "-"); found && strings.HasPrefix(kind, "AppDomain") {
				c.add(bundle)
			}
		}
	}
}

func (c *collector) add(text string) {
	if text != "" && !c.seen[text] {
		c.seen[text] = true
		c.texts = append(c.texts, text)
	}
}

// isSystemDomain reports whether text is a domain that every backup has, such as HomeDomain
// or CameraRollDomain.
func isSystemDomain(text string) bool {
	return strings.HasSuffix(text, "Domain") && !strings.ContainsAny(text, "-. /")
}

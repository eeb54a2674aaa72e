package device

import (
	"slices"
	"testing"
)

func TestPrivateTexts(t *testing.T) {
	s, texts := filled[Snapshot](t)
	got := PrivateTexts(s)
	for _, text := range texts["private"] {
		if !slices.Contains(got, text) {
			t.Errorf("%q is not among the private texts", text)
		}
	}
	for _, text := range texts["public"] {
		if slices.Contains(got, text) {
			t.Errorf("%q is among the private texts", text)
		}
	}
	s = Snapshot{Histories: []History{{Next: PastPreflight{Domains: Known([]DomainSize{{Domain: "HomeDomain"}, {Domain: "AppDomain-com.example.chat"}})}}}}
	if got, want := PrivateTexts(s), []string{"AppDomain-com.example.chat", "com.example.chat"}; !slices.Equal(got, want) {
		t.Errorf("the private texts are %q, want %q", got, want)
	}
}

package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFactGet(t *testing.T) {
	broken := errors.New("pipe to 00008030-001 broke")
	tests := map[string]struct {
		fact Fact[int]
		want int
		err  error
	}{
		"zero":            {Fact[int]{}, 0, Gap{Reason: NotAsked}},
		"known":           {Known(7), 7, nil},
		"known zero":      {Known(0), 0, nil},
		"reason":          {Unknown[int](Locked), 0, Gap{Reason: Locked}},
		"gap":             {Unknown[int](Gap{DeviceError, "InvalidPairRecord"}), 0, Gap{DeviceError, "InvalidPairRecord"}},
		"wrapped reason":  {Unknown[int](fmt.Errorf("reading: %w", Timeout)), 0, Gap{Reason: Timeout}},
		"wrapped gap":     {Unknown[int](fmt.Errorf("reading: %w", Gap{DeviceError, "x"})), 0, Gap{DeviceError, "x"}},
		"foreign error":   {Unknown[int](broken), 0, Gap{Reason: Internal}},
		"answer":          {FactOf(7, nil), 7, nil},
		"failed answer":   {FactOf(7, Refused), 0, Gap{Reason: Refused}},
		"unknown for nil": {Unknown[int](nil), 0, Gap{Reason: Internal}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.fact.Get()
			if got != test.want || err != test.err {
				t.Errorf("got %d, %v; want %d, %v", got, err, test.want, test.err)
			}
		})
	}
}

func TestGapIsItsReason(t *testing.T) {
	_, err := Unknown[int](Gap{DeviceError, "InvalidPairRecord"}).Get()
	if !errors.Is(err, DeviceError) || errors.Is(err, Locked) {
		t.Errorf("%v is not (only) its reason", err)
	}
	if got := err.Error(); got != "the device answered with an error (InvalidPairRecord)" {
		t.Errorf("got %q", got)
	}
}

func TestFactJSON(t *testing.T) {
	check(t, "not asked", Fact[bool]{}, `{"reason":"not-asked"}`)
	check(t, "known", Known(true), `{"value":true}`)
	check(t, "known to be no", Known(false), `{"value":false}`)
	check(t, "known to be nothing", Known(""), `{"value":""}`)
	check(t, "empty list", Known([]Crash{}), `{"value":[]}`)
	check(t, "nil list", Known[[]Crash](nil), `{"value":null}`)
	check(t, "reason", Unknown[string](Locked), `{"reason":"locked"}`)
	check(t, "detail", Unknown[string](Gap{DeviceError, "Odd"}), `{"reason":"device-error","detail":"Odd"}`)
}

// check writes a fact and reads it back. A fact that was not asked for comes back as
// NotAsked, which is equivalent.
func check[T any](t *testing.T, name string, fact Fact[T], want string) {
	t.Run(name, func(t *testing.T) {
		data, err := json.Marshal(fact)
		if err != nil || string(data) != want {
			t.Fatalf("wrote %s, %v; want %s", data, err, want)
		}
		var back Fact[T]
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		gotValue, gotErr := back.Get()
		wantValue, wantErr := fact.Get()
		if !cmp.Equal(gotValue, wantValue) || gotErr != wantErr {
			t.Errorf("read back %v, %v; want %v, %v", gotValue, gotErr, wantValue, wantErr)
		}
	})
}

func TestFactRejects(t *testing.T) {
	for _, data := range []string{
		`{}`, `null`, `true`, `[]`,
		`{"value":true,"reason":"locked"}`,
		`{"value":null}`,
		`{"value":"true"}`,
		`{"reason":""}`,
		`{"reason":"Locked by Anna"}`,
	} {
		var fact Fact[bool]
		if err := json.Unmarshal([]byte(data), &fact); err == nil {
			t.Errorf("%s was read as %+v", data, fact)
		}
	}
}

func TestFactNobodyAskedForIsLeftOut(t *testing.T) {
	data, err := json.Marshal(Live{LockedNow: Known(false)})
	if want := `{"lockedNow":{"value":false}}`; err != nil || string(data) != want {
		t.Errorf("got %s, %v; want %s", data, err, want)
	}
}

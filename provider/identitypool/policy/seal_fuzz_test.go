package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cedar-policy/cedar-go"
)

// alice is the principal of these tests.
var alice = Principal{
	ID: "us-east-1:alice", Pool: "us-east-1:pool", Authenticated: true, Provider: "cognito",
	Groups: []string{"p/admins", "p/staff"},
	Tags:   map[string]string{"department": "sales", "tier": "3", "odd \"name\"\n": "\x00\u0301*"},
}

// A writer turns bytes into Cedar text, so that the fuzzer's mutations become
// other policies and not other syntax errors.
type writer struct{ data []byte }

func (w *writer) pick(n int) int {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return int(b) % n
}

func (w *writer) one(choices ...string) string { return choices[w.pick(len(choices))] }

func (w *writer) document() string {
	var b strings.Builder
	for range 1 + w.pick(3) {
		fmt.Fprintf(&b, "@id(\"x\") %s (%s, %s, %s)", w.one("permit", "forbid"),
			w.one("principal", `principal == Cognate::Identity::"us-east-1:alice"`, `principal in Cognate::Group::"p/admins"`,
				`principal in Cognate::Group::"p/none"`, "principal is Cognate::Identity", `principal is Cognate::Identity in Cognate::Group::"p/staff"`, "principal is User"),
			w.one("action", `action == Sync::Action::"ReadDataset"`, `action in [Sync::Action::"ReadDataset", Sync::Action::"WriteDataset"]`),
			w.one("resource", "resource is Sync::Dataset", `resource == Sync::Dataset::"notes"`, `resource in Cognate::Identity::"us-east-1:alice"`, `resource in Cognate::Group::"p/admins"`))
		for range w.pick(3) {
			fmt.Fprintf(&b, " %s { %s }", w.one("when", "unless"), w.boolean(4))
		}
		b.WriteString(";\n")
	}
	return b.String()
}

func (w *writer) boolean(depth int) string {
	if depth == 0 {
		return w.one("true", "false", "principal.authenticated", "resource.shared", "1", "principal.missing", "context.missing")
	}
	d := depth - 1
	switch w.pick(22) {
	case 0, 1:
		return fmt.Sprintf("(%s && %s)", w.boolean(d), w.boolean(d))
	case 2, 3:
		return fmt.Sprintf("(%s || %s)", w.boolean(d), w.boolean(d))
	case 4:
		return fmt.Sprintf("!(%s)", w.boolean(d))
	case 5:
		return fmt.Sprintf("(if %s then %s else %s)", w.boolean(d), w.boolean(d), w.boolean(d))
	case 6:
		return fmt.Sprintf("(%s == %s)", w.text(d), w.text(d))
	case 7:
		return fmt.Sprintf("(%s != %s)", w.entity(), w.entity())
	case 8:
		return fmt.Sprintf("(%s %s %s)", w.number(d), w.one("<", "<=", ">", ">=", "==", "!="), w.number(d))
	case 9:
		return fmt.Sprintf("(%s in %s)", w.entity(), w.entity())
	case 10:
		return fmt.Sprintf("(%s in [%s, %s])", w.entity(), w.entity(), w.entity())
	case 11:
		return fmt.Sprintf("(%s has %s)", w.entity(), w.one("name", "provider", "owner", `"odd name"`))
	case 12:
		return fmt.Sprintf("(%s like %s)", w.text(d), w.one(`"sal*"`, `"*"`, `"a\*"`, `"no*s"`))
	case 13:
		return fmt.Sprintf("%s.hasTag(%s)", w.entity(), w.text(d))
	case 14:
		return fmt.Sprintf("[%s, %s].contains(%s)", w.text(d), w.text(d), w.text(d))
	case 15:
		return fmt.Sprintf("resource.labels.%s([%s, %s])", w.one("containsAll", "containsAny"), w.text(d), w.text(d))
	case 16:
		return fmt.Sprintf("(%s is %s)", w.entity(), w.one("Cognate::Identity", "Sync::Dataset"))
	case 17:
		return fmt.Sprintf("(%s is %s in %s)", w.one(w.entity(), "(if resource.shared then principal else resource)"), w.one("Cognate::Identity", "Sync::Dataset"), w.entity())
	case 18:
		return `context.source_ip.isInRange(ip("10.0.0.0/8"))`
	case 19:
		return fmt.Sprintf(`(context.time < datetime(%s))`, w.one(`"2030-01-01"`, `"2020-01-01"`, `"never"`))
	case 20:
		return fmt.Sprintf(`decimal(%s).lessThan(decimal("1.5"))`, w.one(`"1.0"`, `"x"`, "resource.name"))
	default:
		return fmt.Sprintf("[%s].isEmpty()", w.one("", "1", "resource.name"))
	}
}

func (w *writer) text(depth int) string {
	if depth == 0 {
		return w.one(`"sales"`, "principal.id", "resource.name", `"department"`, "principal.provider")
	}
	switch w.pick(10) {
	case 0, 1:
		return fmt.Sprintf("principal.getTag(%s)", w.text(depth-1))
	case 2:
		return fmt.Sprintf("resource.getTag(%s)", w.text(depth-1))
	case 3:
		return fmt.Sprintf("(if %s then %s else %s)", w.boolean(depth-1), w.text(depth-1), w.text(depth-1))
	case 4:
		return fmt.Sprintf("{a: %s, \"b c\": %s}.%s", w.text(depth-1), w.text(depth-1), w.one("a", "z"))
	case 5:
		return w.number(depth - 1)
	case 6:
		return w.one(`"odd \"name\"\n"`, `"\0\u{301}*"`, `"é"`)
	default:
		return w.text(0)
	}
}

func (w *writer) number(depth int) string {
	if depth == 0 {
		return w.one("1", "0", "-1", "resource.level", "9223372036854775807", "-9223372036854775808", `"three"`)
	}
	return fmt.Sprintf("%s(%s %s %s)", w.one("", "-", "--"), w.number(depth-1), w.one("+", "-", "*"), w.number(depth-1))
}

func (w *writer) entity() string {
	return w.one("principal", "resource", "resource.group", "action", `Cognate::Group::"p/admins"`, `Sync::Dataset::"notes"`,
		`Cognate::IdentityPool::"us-east-1:pool"`, `Cognate::Identity::"us-east-1:alice"`, `Cognate::Identity::"other"`, "resource.owner", `"text"`)
}

// world is what a resource server knows. It does not know the principal.
func world() cedar.EntityMap {
	notes := cedar.NewEntityUID(Dataset, "notes")
	shared := cedar.NewEntityUID(Dataset, "shared")
	group := cedar.NewEntityUID(Group, "p/admins")
	other := IdentityUID("other")
	return cedar.EntityMap{
		notes: {UID: notes, Parents: cedar.NewEntityUIDSet(alice.UID()), Attributes: cedar.NewRecord(cedar.RecordMap{
			"name": cedar.String("notes"), "owner": alice.UID(), "level": cedar.Long(2), "shared": cedar.False,
			"group": cedar.NewEntityUID(Group, "p/none"), "labels": cedar.NewSet(cedar.String("sales")),
		}), Tags: cedar.NewRecord(cedar.RecordMap{"sales": cedar.String("yes")})},
		shared: {UID: shared, Parents: cedar.NewEntityUIDSet(other, group), Attributes: cedar.NewRecord(cedar.RecordMap{
			"name": cedar.String("department"), "owner": other, "level": cedar.Long(-1), "shared": cedar.True,
			"group": group, "labels": cedar.NewSet(),
		})},
		other: {UID: other, Attributes: cedar.NewRecord(cedar.RecordMap{"name": cedar.String("sales")})},
	}
}

func requests() []Request {
	var all []Request
	for _, action := range []string{ReadDataset, WriteDataset, "Fly"} {
		for _, resource := range []cedar.EntityUID{cedar.NewEntityUID(Dataset, "notes"), cedar.NewEntityUID(Dataset, "shared"), alice.UID(), cedar.NewEntityUID("Photo", "x")} {
			r := Request{Principal: alice.ID, Action: cedar.NewEntityUID(SyncAction, cedar.String(action)), Resource: resource}
			if action != "Fly" {
				r.Time, r.Source = time.Unix(1_800_000_000, 0), netip.MustParseAddr("10.1.2.3")
			}
			all = append(all, r)
		}
	}
	return all
}

// compareDecisions seals the text for alice and asks both documents everything.
func compareDecisions(t *testing.T, text string) {
	t.Helper()
	doc, err := ParseRole(text)
	if err != nil {
		return
	}
	detail := doc.Seal(alice)
	sealedText, _, err := detail.Document()
	if err != nil {
		t.Fatal(err)
	}
	var carried Detail
	if err := json.Unmarshal(sealedText, &carried); err != nil {
		t.Fatal(err)
	}
	sealed, err := carried.Open()
	if err != nil {
		t.Fatalf("the sealed policy does not parse: %v\nrole:\n%s\nsealed:\n%s", err, text, carried.Policies)
	}
	server := world()
	all := maps.Clone(server)
	all[alice.UID()] = alice.Entity()
	for _, r := range requests() {
		want, got := doc.Decide(r, all), sealed.Decide(r, server)
		if want != got {
			t.Fatalf("%s on %s: the role says %v, its sealed form %v\nrole:\n%s\nsealed:\n%s", r.Action, r.Resource, want, got, text, carried.Policies)
		}
	}
}

// FuzzSeal compares the decisions of a role and of its sealed form.
func FuzzSeal(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		seed := make([]byte, 120)
		for i := range seed {
			seed[i] = byte(random.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		compareDecisions(t, (&writer{data}).document())
	})
}

// TestSealKeepsDecisions runs many more policies than a fuzzing corpus holds.
func TestSealKeepsDecisions(t *testing.T) {
	t.Parallel()
	n := 20_000
	if testing.Short() {
		n = 2_000
	}
	random := rand.New(rand.NewPCG(3, 4))
	parsed := 0
	for range n {
		data := make([]byte, 160)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		text := (&writer{data}).document()
		if _, err := ParseRole(text); err == nil {
			parsed++
		}
		compareDecisions(t, text)
	}
	if parsed < n/3 {
		t.Fatalf("only %d of %d generated policies are valid: the comparison says little", parsed, n)
	}
}

// FuzzParse feeds arbitrary text: no panic, and whatever is a role can be
// sealed and read again.
func FuzzParse(f *testing.F) {
	f.Add("permit (principal, action, resource);")
	f.Add(`permit (principal, action, resource) when { resource.a["b"] like "x\*" };`)
	f.Add("forbid (principal, action, resource) unless { principal.x + 1 < 2 * -3 };")
	f.Add(strings.Repeat("(", 1000))
	f.Add("permit(principal,action,resource)when{{\"a\":[1,principal]}.a.contains(ip(\"::1\"))};")
	f.Fuzz(func(t *testing.T, text string) {
		compareDecisions(t, text)
	})
}

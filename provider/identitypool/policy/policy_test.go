package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cedar-policy/cedar-go"
)

func TestParseRoleSaysWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text   string
		line, column int
		reason       string
	}{
		{"empty", "", 0, 0, "at least one policy"},
		{"only a comment", "// nothing", 0, 0, "at least one policy"},
		{"no semicolon", "permit (principal, action, resource)", 1, 37, "want ;"},
		{"bad expression", "permit (principal,\n action,\n resource) when { foo bar };", 3, 24, "invalid primary"},
		{"unknown function", "\npermit (principal, action, resource) when { fly() };", 2, 0, "not a function"},
		{"open string", `permit (principal, action, resource) when { "abc };`, 1, 0, "not terminated"},
		{"NUL", "permit\x00", 1, 1, "NUL"},
		{"not UTF-8", "permit\xff", 0, 0, "UTF-8"},
		{"huge number", "permit (principal, action, resource) when { 99999999999999999999 == 1 };", 0, 0, "out of range"},
		{"deep", strings.Repeat("(", 100), 1, 1, "nested deeper"},
		{"long", strings.Repeat(" ", MaxText+1), 0, 0, "longer than"},
		{"misspelt action", "permit (principal, action, resource);\npermit (principal, action == Sync::Action::\"Raed\", resource);", 2, 1, "no action of the sync service"},
		{"misspelt action in a condition", `permit (principal, action, resource) when { action == Sync::Action::"Raed" };`, 1, 1, "no action of the sync service"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseRole(c.text)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a SyntaxError", err)
			}
			if syntax.Line != c.line || c.column != 0 && syntax.Column != c.column && syntax.Column != c.column-1 || !strings.Contains(syntax.Error(), c.reason) {
				t.Errorf("got line %d, column %d: %v", syntax.Line, syntax.Column, err)
			}
		})
	}
}

const roleText = `
@id("own data")
permit (principal, action, resource)
when { resource in principal };

permit (principal in Cognate::Group::"p/admins", action == Sync::Action::"ReadDataset", resource);

permit (principal in Cognate::Group::"p/none", action, resource);

forbid (principal, action == Sync::Action::"DeleteDataset", resource)
when { principal.hasTag("department") && principal.getTag("department") == "sales" };

forbid (principal, action, resource)
unless { principal.authenticated || context.source_ip.isInRange(ip("10.0.0.0/8")) };
`

func TestSealedText(t *testing.T) {
	t.Parallel()
	doc, err := ParseRole(roleText)
	if err != nil {
		t.Fatal(err)
	}
	want := `@id("own data")
permit ( principal, action, resource )
when { resource in Cognate::Identity::"us-east-1:alice" };
permit (
    principal,
    action == Sync::Action::"ReadDataset",
    resource
);
forbid (
    principal,
    action == Sync::Action::"DeleteDataset",
    resource
);`
	detail := doc.Seal(alice)
	if detail.Policies != want {
		t.Errorf("sealed:\n%s\nwant:\n%s", detail.Policies, want)
	}
	if detail.Entities != nil {
		t.Errorf("the principal is carried though no policy can reach it: %v", detail.Entities)
	}
	guest := doc.Seal(Principal{ID: "us-east-1:guest", Pool: "us-east-1:pool"})
	if !strings.Contains(guest.Policies, `context.source_ip.isInRange(ip("10.0.0.0/8"))`) {
		t.Errorf("the caller's address was sealed:\n%s", guest.Policies)
	}
}

func TestSealDeniesExplicitly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`permit (principal == Cognate::Identity::"other", action, resource);`,
		"permit (principal, action, resource); forbid (principal, action, resource) when { principal.authenticated };",
		"permit (principal, action, resource) when { resource.x && principal.missing };",
	} {
		doc, err := ParseRole(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Seal(alice).Policies; got != denyAll {
			t.Errorf("%s\nsealed as %s", text, got)
		}
	}
}

func TestAllowsDataset(t *testing.T) {
	t.Parallel()
	doc, err := ParseRole(roleText + `forbid (principal, action, resource) when { resource has name && resource.name like "secret*" };`)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := doc.Seal(alice).Open()
	if err != nil {
		t.Fatal(err)
	}
	guest, err := doc.Seal(Principal{ID: "us-east-1:guest"}).Open()
	if err != nil {
		t.Fatal(err)
	}
	inside, outside := netip.MustParseAddr("::ffff:10.0.0.1"), netip.MustParseAddr("192.0.2.1")
	for _, c := range []struct {
		doc              *Document
		identity, action string
		dataset          string
		from             netip.Addr
		want             bool
	}{
		{sealed, alice.ID, ReadDataset, "notes", outside, true},
		{sealed, alice.ID, WriteDataset, "notes", outside, true},
		{sealed, alice.ID, DeleteDataset, "notes", outside, false},
		{sealed, alice.ID, ReadDataset, "secret plans", outside, false},
		{sealed, alice.ID, ListDatasets, "", outside, true},
		{sealed, "us-east-1:other", WriteDataset, "notes", outside, false},
		{guest, "us-east-1:guest", ReadDataset, "notes", inside, true},
		{guest, "us-east-1:guest", ReadDataset, "notes", outside, false},
		{guest, "us-east-1:guest", ReadDataset, "notes", netip.Addr{}, false},
	} {
		if got := c.doc.AllowsDataset(c.identity, c.action, c.dataset, time.Unix(1_800_000_000, 0), c.from); got != c.want {
			t.Errorf("%s %s on %q from %v: %v", c.identity, c.action, c.dataset, c.from, got)
		}
	}
}

func TestContextOfAResourceServer(t *testing.T) {
	t.Parallel()
	doc, err := Parse(`permit (principal, action, resource) when { context.mfa && context.time < datetime("2030-01-01") };`)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		context cedar.RecordMap
		want    bool
	}{
		{nil, false},
		{cedar.RecordMap{"mfa": cedar.True}, true},
		{cedar.RecordMap{"mfa": cedar.True, "time": cedar.NewDatetime(at.AddDate(20, 0, 0))}, true},
	} {
		if got := doc.Decide(Request{Principal: "x", Time: at, Context: c.context}, nil); got != c.want {
			t.Errorf("%v: %v", c.context, got)
		}
	}
}

func TestDetailByReference(t *testing.T) {
	t.Parallel()
	doc, err := ParseRole(`permit (principal, action, resource) when { resource.owner.authenticated };`)
	if err != nil {
		t.Fatal(err)
	}
	detail := doc.Seal(alice)
	if _, ok := detail.Entities[alice.UID()]; !ok {
		t.Fatal("a policy reaches the principal through the resource, but the principal is not carried")
	}
	body, hash, err := detail.Document()
	if err != nil {
		t.Fatal(err)
	}
	reference := Detail{Type: DetailType, URI: "https://example.com/x", SHA256: hash}
	if _, err := reference.Open(); err == nil {
		t.Error("a reference opened without its document")
	}
	if _, err := reference.OpenDocument(body); err != nil {
		t.Error(err)
	}
	if _, err := reference.OpenDocument(append(body, ' ')); err == nil {
		t.Error("a changed document was accepted")
	}
	if _, err := (Detail{Type: "payment"}).Open(); err == nil {
		t.Error("a detail of another type was accepted")
	}
	encoded, _ := json.Marshal(reference)
	if strings.Contains(string(encoded), `"policies"`) {
		t.Errorf("a reference carries policies: %s", encoded)
	}
}

func TestCacheKeepsTheRecent(t *testing.T) {
	t.Parallel()
	c := &Cache{Size: 2}
	text := func(i int) string {
		return fmt.Sprintf(`permit (principal, action, resource == Sync::Dataset::"%d");`, i)
	}
	first, err := c.Parse(text(0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := c.Parse(text(i)); err != nil {
			t.Fatal(err)
		}
		if again, _ := c.Parse(text(0)); again != first {
			t.Fatalf("document 0 was forgotten after %d others", i)
		}
	}
	if c.recent.Len() != 2 || len(c.byText) != 2 {
		t.Errorf("%d and %d kept, want 2", c.recent.Len(), len(c.byText))
	}
	if _, err := c.Parse("permit"); err == nil {
		t.Error("a broken text was accepted")
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, n := range []int{5, 1000} {
		doc, err := Parse(strings.Repeat("permit (principal in Cognate::Group::\"p/admins\", action, resource);", n))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(doc.Len()), func(b *testing.B) {
			for b.Loop() {
				doc.Seal(alice)
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	doc, err := Parse(roleText)
	if err != nil {
		b.Fatal(err)
	}
	sealed, err := doc.Seal(alice).Open()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("role", func(b *testing.B) {
		for b.Loop() {
			doc.AllowsDataset(alice.ID, ReadDataset, "notes", time.Time{}, netip.Addr{})
		}
	})
	b.Run("sealed", func(b *testing.B) {
		for b.Loop() {
			sealed.AllowsDataset(alice.ID, ReadDataset, "notes", time.Time{}, netip.Addr{})
		}
	})
}

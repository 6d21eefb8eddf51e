package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// The description holds the whole table, and every reference in it leads
// somewhere.
func TestDescription(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	a := w.send(r)
	if a.Status != http.StatusOK || a.Body["openapi"] != "3.1.0" {
		t.Fatalf("%d %s", a.Status, a.raw)
	}
	paths := a.Body["paths"].(m)
	schemas := a.Body["components"].(m)["schemas"].(m)
	for _, o := range w.api.Operations() {
		post, ok := paths["/#X-Amz-Target="+o.Target()].(m)
		if !ok {
			t.Errorf("%s is not described", o.Target())
			continue
		}
		post = post["post"].(m)
		if _, described := post["description"]; described != o.Self {
			t.Errorf("%s: a user's own call is not told from others: %v", o.Target(), post["description"])
		}
		if _, secured := post["security"]; secured != (o.Permission != "") {
			t.Errorf("%s: security %v", o.Target(), post["security"])
		}
	}
	references(t, a.Body, schemas)
	group, err := json.Marshal(schemas["GroupSettings"])
	if err != nil || !strings.Contains(string(group), `"required":["UserPoolId","GroupName"]`) || !strings.Contains(string(group), `"maxLength":128`) {
		t.Errorf("%s", group)
	}
}

func references(t *testing.T, v any, schemas m) {
	t.Helper()
	switch v := v.(type) {
	case m:
		if ref, ok := v["$ref"].(string); ok {
			if _, there := schemas[strings.TrimPrefix(ref, "#/components/schemas/")]; !there {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, member := range v {
			references(t, member, schemas)
		}
	case []any:
		for _, member := range v {
			references(t, member, schemas)
		}
	}
}

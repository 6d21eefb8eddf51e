package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
)

// administer calls an operation of the administrative API, which must succeed.
func administer(t *testing.T, p *server.Process, operation string, input map[string]any) map[string]any {
	t.Helper()
	answer, err := p.Administer(t.Context(), operation, input)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

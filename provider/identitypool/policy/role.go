package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

// ParseRole reads the policies an administrator writes for a role. Beyond the
// syntax it refuses what can only be a mistake: no policy at all, and an action
// of the sync service that does not exist. Every error is a *SyntaxError.
func ParseRole(text string) (*Document, error) {
	d, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if d.Len() == 0 {
		return nil, &SyntaxError{Reason: "a role needs at least one policy; to allow nothing, forbid (principal, action, resource);"}
	}
	for _, p := range d.ordered {
		if reason := mistake((*ast.Policy)(p.AST())); reason != "" {
			return nil, &SyntaxError{Line: p.Position().Line, Column: p.Position().Column, Reason: "in the policy that begins here, " + reason}
		}
	}
	// What was read must survive being printed, or it could not be sealed.
	if _, err := Parse(d.String()); err != nil {
		return nil, &SyntaxError{Reason: "the policies cannot be written back as Cedar text: " + err.Error()}
	}
	return d, nil
}

// mistake says what is wrong with one policy, or nothing.
func mistake(p *ast.Policy) (reason string) {
	check := func(uid cedar.EntityUID) {
		if uid.Type == SyncAction && !slices.Contains(syncActions, string(uid.ID)) && reason == "" {
			reason = fmt.Sprintf("%s is no action of the sync service, which has %s", uid, strings.Join(syncActions, ", "))
		}
	}
	switch scope := p.Action.(type) {
	case ast.ScopeTypeEq:
		check(scope.Entity)
	case ast.ScopeTypeInSet:
		for _, uid := range scope.Entities {
			check(uid)
		}
	}
	for _, c := range p.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(n ast.IsNode) bool {
			if v, ok := n.(ast.NodeValue); ok {
				if uid, ok := v.Value.(cedar.EntityUID); ok {
					check(uid)
				}
			}
			return true
		})
	}
	return reason
}

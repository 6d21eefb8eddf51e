package policy

import (
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/ast"
	expast "github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/eval"
)

// Seal evaluates the document for one principal as far as that is possible
// without a request. The result decides every request as the whole document
// does, and a resource server needs nothing else about the principal.
//
// Only the principal's own entity is folded in. Whatever concerns the action,
// the resource, the context or any other entity stays for the resource server.
func (d *Document) Seal(p Principal) Detail {
	entity := p.Entity()
	f := &folder{
		principal: entity,
		parents:   p.parents(),
		env: eval.Env{
			Principal: entity.UID,
			Context:   cedar.Record{},
			Entities:  cedar.EntityMap{entity.UID: entity},
		},
	}
	sealed, carried := newDocument(nil), false
	for _, policy := range d.ordered {
		rest, keep := f.policy((*expast.Policy)(policy.AST()))
		if !keep {
			continue
		}
		whole := cedar.NewPolicyFromAST((*ast.Policy)(rest))
		if rest.Effect == expast.EffectForbid && unconditional(rest) {
			sealed.ordered, carried = nil, false
			break
		}
		sealed.ordered = append(sealed.ordered, whole)
		carried = carried || f.looksBack
	}
	detail := Detail{Type: DetailType, Policies: denyAll}
	if len(sealed.ordered) > 0 {
		detail.Policies = sealed.String()
	}
	if carried {
		detail.Entities = cedar.EntityMap{entity.UID: entity}
	}
	return detail
}

// policy folds one policy and says whether anything of it can still apply.
func (f *folder) policy(p *expast.Policy) (*expast.Policy, bool) {
	if !f.principalMatches(p.Principal) {
		return nil, false
	}
	rest := &expast.Policy{
		Effect:    p.Effect,
		Principal: expast.ScopeTypeAll{},
		Action:    p.Action,
		Resource:  p.Resource,
	}
	f.looksBack = f.scopeNamesParent(p.Action) || f.scopeNamesParent(p.Resource)
	for _, a := range p.Annotations {
		if a.Key == "id" {
			rest.Annotations = append(rest.Annotations, a)
		}
	}
	for _, c := range p.Conditions {
		body, ok := f.fold(c.Body)
		// A condition that fails makes its policy count as absent, whatever the
		// other conditions say.
		if !ok {
			return nil, false
		}
		if v, known := body.(expast.NodeValue); known {
			if v.Value != cedar.Boolean(c.Condition) {
				return nil, false
			}
			continue
		}
		if c.Condition == expast.ConditionWhen && neverTrue(body) {
			return nil, false
		}
		rest.Conditions = append(rest.Conditions, expast.ConditionType{Condition: c.Condition, Body: body})
	}
	return rest, true
}

func (f *folder) principalMatches(scope expast.IsPrincipalScopeNode) bool {
	within := func(uid cedar.EntityUID) bool {
		return uid == f.principal.UID || slices.Contains(f.parents, uid)
	}
	switch s := scope.(type) {
	case expast.ScopeTypeEq:
		return s.Entity == f.principal.UID
	case expast.ScopeTypeIn:
		return within(s.Entity)
	case expast.ScopeTypeIs:
		return s.Type == f.principal.UID.Type
	case expast.ScopeTypeIsIn:
		return s.Type == f.principal.UID.Type && within(s.Entity)
	default:
		return true
	}
}

func (f *folder) scopeNamesParent(scope expast.IsScopeNode) bool {
	switch s := scope.(type) {
	case expast.ScopeTypeIn:
		return slices.Contains(f.parents, s.Entity)
	case expast.ScopeTypeIsIn:
		return slices.Contains(f.parents, s.Entity)
	case expast.ScopeTypeInSet:
		return slices.ContainsFunc(s.Entities, func(uid cedar.EntityUID) bool { return slices.Contains(f.parents, uid) })
	default:
		return false
	}
}

func unconditional(p *expast.Policy) bool {
	_, action := p.Action.(expast.ScopeTypeAll)
	_, resource := p.Resource.(expast.ScopeTypeAll)
	return action && resource && len(p.Conditions) == 0
}

// neverTrue reports a body that is false or fails on every request.
func neverTrue(n expast.IsNode) bool {
	switch v := n.(type) {
	case expast.NodeValue:
		return v.Value != cedar.True
	case expast.NodeTypeAnd:
		return neverTrue(v.Left) || neverTrue(v.Right)
	case expast.NodeTypeOr:
		return neverTrue(v.Left) && neverTrue(v.Right)
	default:
		return isFailure(n)
	}
}

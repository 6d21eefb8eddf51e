package policy

import (
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/eval"
)

// A folder evaluates expressions in which only the principal is known.
type folder struct {
	principal cedar.Entity
	parents   []cedar.EntityUID
	env       eval.Env
	// looksBack is set once something folded may still ask for the principal's
	// attributes, tags or parents when the request is known.
	looksBack bool
}

// failure is an expression that fails on every request and, unlike an error,
// can be written as Cedar text: an attribute that an empty record lacks.
var failure ast.IsNode = ast.NodeTypeAccess{StrOpNode: ast.StrOpNode{Arg: ast.NodeTypeRecord{}, Value: "error"}}

func isFailure(n ast.IsNode) bool {
	access, ok := n.(ast.NodeTypeAccess)
	if !ok || access.Value != "error" {
		return false
	}
	record, ok := access.Arg.(ast.NodeTypeRecord)
	return ok && len(record.Elements) == 0
}

// fold returns the expression with everything known replaced by its value, or
// false if it fails whatever the request is.
func (f *folder) fold(n ast.IsNode) (ast.IsNode, bool) {
	switch v := n.(type) {
	case ast.NodeValue:
		return v, true
	case ast.NodeTypeVariable:
		if v == ast.NewPrincipalNode() {
			return ast.NodeValue{Value: f.principal.UID}, true
		}
		return v, true
	case ast.NodeTypeAnd:
		return f.junction(v.BinaryNode, cedar.True, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeAnd{BinaryNode: b} })
	case ast.NodeTypeOr:
		return f.junction(v.BinaryNode, cedar.False, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeOr{BinaryNode: b} })
	case ast.NodeTypeIfThenElse:
		return f.ifThenElse(v)
	case ast.NodeTypeIsIn:
		return f.isIn(v)
	default:
		return f.strict(n)
	}
}

// junction folds && (neutral true) and || (neutral false). The right side is
// evaluated only if the left one is neutral, and both must be boolean.
func (f *folder) junction(b ast.BinaryNode, neutral cedar.Boolean, build func(ast.BinaryNode) ast.IsNode) (ast.IsNode, bool) {
	left, ok := f.fold(b.Left)
	if !ok {
		return nil, false
	}
	known, isKnown := left.(ast.NodeValue)
	if isKnown {
		value, isBoolean := known.Value.(cedar.Boolean)
		if !isBoolean {
			return nil, false
		}
		if value != neutral {
			return left, true
		}
	}
	right, ok := f.fold(b.Right)
	switch {
	case !ok && isKnown:
		return nil, false
	case !ok:
		right = failure
	}
	if v, rightKnown := right.(ast.NodeValue); rightKnown {
		_, isBoolean := v.Value.(cedar.Boolean)
		switch {
		case isKnown && !isBoolean:
			return nil, false
		case isKnown:
			return right, true
		case v.Value == neutral && isBooleanShaped(left):
			return left, true
		}
	} else if isKnown && isBooleanShaped(right) {
		return right, true
	}
	return build(ast.BinaryNode{Left: left, Right: right}), true
}

func (f *folder) ifThenElse(v ast.NodeTypeIfThenElse) (ast.IsNode, bool) {
	condition, ok := f.fold(v.If)
	if !ok {
		return nil, false
	}
	if known, isKnown := condition.(ast.NodeValue); isKnown {
		switch known.Value {
		case cedar.True:
			return f.fold(v.Then)
		case cedar.False:
			return f.fold(v.Else)
		default:
			return nil, false
		}
	}
	then, thenOK := f.fold(v.Then)
	otherwise, otherwiseOK := f.fold(v.Else)
	switch {
	case !thenOK && !otherwiseOK:
		return nil, false
	case !thenOK:
		then = failure
	case !otherwiseOK:
		otherwise = failure
	}
	return ast.NodeTypeIfThenElse{If: condition, Then: then, Else: otherwise}, true
}

// isIn folds `a is T in b`, which means `a is T && a in b`. Only a known a is
// written twice: nested ones would double at every level.
func (f *folder) isIn(v ast.NodeTypeIsIn) (ast.IsNode, bool) {
	left, ok := f.fold(v.Left)
	if !ok {
		return nil, false
	}
	if _, known := left.(ast.NodeValue); known {
		return f.fold(ast.NodeTypeAnd{BinaryNode: ast.BinaryNode{
			Left:  ast.NodeTypeIs{Left: left, EntityType: v.EntityType},
			Right: ast.NodeTypeIn{BinaryNode: ast.BinaryNode{Left: left, Right: v.Entity}},
		}})
	}
	within, ok := f.fold(v.Entity)
	if !ok {
		within = failure
	}
	f.looksBack = f.looksBack || f.namesParent(within)
	return ast.NodeTypeIsIn{NodeTypeIs: ast.NodeTypeIs{Left: left, EntityType: v.EntityType}, Entity: within}, true
}

// strict folds an operation that evaluates all its operands, so that it fails
// if any of them does.
func (f *folder) strict(n ast.IsNode) (ast.IsNode, bool) {
	args := slices.Clone(operands(n))
	allKnown := true
	for i, arg := range args {
		folded, ok := f.fold(arg)
		if !ok {
			return nil, false
		}
		_, known := folded.(ast.NodeValue)
		allKnown = allKnown && known
		args[i] = folded
	}
	rest := withOperands(n, args)
	if allKnown && !f.concernsAnother(rest) {
		value, err := eval.Eval(rest, f.env)
		if err != nil {
			return nil, false
		}
		return ast.NodeValue{Value: value}, true
	}
	f.looksBack = f.looksBack || f.mayReachPrincipal(rest)
	return rest, true
}

// lookedInto is the operand whose attributes, tags or parents an operation
// reads, or nil.
func lookedInto(n ast.IsNode) ast.IsNode {
	switch v := n.(type) {
	case ast.NodeTypeAccess:
		return v.Arg
	case ast.NodeTypeHas:
		return v.Arg
	case ast.NodeTypeGetTag:
		return v.Left
	case ast.NodeTypeHasTag:
		return v.Left
	case ast.NodeTypeIn:
		return v.Left
	default:
		return nil
	}
}

// concernsAnother reports an operation that looks into an entity other than the
// principal. Only the resource server knows those.
func (f *folder) concernsAnother(n ast.IsNode) bool {
	known, _ := lookedInto(n).(ast.NodeValue)
	uid, isEntity := known.Value.(cedar.EntityUID)
	return isEntity && uid != f.principal.UID
}

// mayReachPrincipal reports a residual operation whose answer needs the
// principal's attributes, tags or parents if the request leads back to it, as
// resource.owner.authenticated can, or resource.provider where the resource is
// the identity itself.
func (f *folder) mayReachPrincipal(n ast.IsNode) bool {
	switch v := n.(type) {
	case ast.NodeTypeIn:
		return f.namesParent(v.Right)
	case ast.NodeTypeAccess:
		_, has := f.principal.Attributes.Get(v.Value)
		return has && f.mayBePrincipal(v.Arg)
	case ast.NodeTypeHas:
		_, has := f.principal.Attributes.Get(v.Value)
		return has && f.mayBePrincipal(v.Arg)
	case ast.NodeTypeGetTag:
		return f.mayBePrincipal(v.Left) && f.namesTag(v.Right)
	case ast.NodeTypeHasTag:
		return f.mayBePrincipal(v.Left) && f.namesTag(v.Right)
	default:
		return false
	}
}

func (f *folder) mayBePrincipal(n ast.IsNode) bool {
	if known, ok := n.(ast.NodeValue); ok {
		uid, _ := known.Value.(cedar.EntityUID)
		return uid == f.principal.UID
	}
	return !isContext(n)
}

func (f *folder) namesTag(n ast.IsNode) bool {
	known, ok := n.(ast.NodeValue)
	if !ok {
		return f.principal.Tags.Len() > 0
	}
	name, _ := known.Value.(cedar.String)
	_, has := f.principal.Tags.Get(name)
	return has
}

// namesParent reports an operand of `in` that is, or may be, a parent of the
// principal.
func (f *folder) namesParent(n ast.IsNode) bool {
	known, ok := n.(ast.NodeValue)
	if !ok {
		return true
	}
	if set, ok := known.Value.(cedar.Set); ok {
		return slices.ContainsFunc(f.parents, func(uid cedar.EntityUID) bool { return set.Contains(uid) })
	}
	uid, _ := known.Value.(cedar.EntityUID)
	return slices.Contains(f.parents, uid)
}

func isContext(n ast.IsNode) bool {
	v, ok := n.(ast.NodeTypeVariable)
	return ok && v == ast.NewContextNode()
}

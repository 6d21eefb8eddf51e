package policy

import "github.com/cedar-policy/cedar-go/x/exp/ast"

// binary holds, for one operator of two operands, how to take it apart and how
// to put it together.
func binary(n ast.IsNode) (ast.BinaryNode, func(ast.BinaryNode) ast.IsNode, bool) {
	switch v := n.(type) {
	case ast.NodeTypeLessThan:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeLessThan{BinaryNode: b} }, true
	case ast.NodeTypeLessThanOrEqual:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeLessThanOrEqual{BinaryNode: b} }, true
	case ast.NodeTypeGreaterThan:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeGreaterThan{BinaryNode: b} }, true
	case ast.NodeTypeGreaterThanOrEqual:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeGreaterThanOrEqual{BinaryNode: b} }, true
	case ast.NodeTypeEquals:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeEquals{BinaryNode: b} }, true
	case ast.NodeTypeNotEquals:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeNotEquals{BinaryNode: b} }, true
	case ast.NodeTypeIn:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeIn{BinaryNode: b} }, true
	case ast.NodeTypeAdd:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeAdd{BinaryNode: b} }, true
	case ast.NodeTypeSub:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeSub{BinaryNode: b} }, true
	case ast.NodeTypeMult:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeMult{BinaryNode: b} }, true
	case ast.NodeTypeContains:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeContains{BinaryNode: b} }, true
	case ast.NodeTypeContainsAll:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeContainsAll{BinaryNode: b} }, true
	case ast.NodeTypeContainsAny:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeContainsAny{BinaryNode: b} }, true
	case ast.NodeTypeGetTag:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeGetTag{BinaryNode: b} }, true
	case ast.NodeTypeHasTag:
		return v.BinaryNode, func(b ast.BinaryNode) ast.IsNode { return ast.NodeTypeHasTag{BinaryNode: b} }, true
	default:
		return ast.BinaryNode{}, nil, false
	}
}

// operands lists the expressions a strict operation evaluates, in order.
func operands(n ast.IsNode) []ast.IsNode {
	if b, _, ok := binary(n); ok {
		return []ast.IsNode{b.Left, b.Right}
	}
	switch v := n.(type) {
	case ast.NodeTypeAccess:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeHas:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeLike:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeIs:
		return []ast.IsNode{v.Left}
	case ast.NodeTypeNot:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeNegate:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeIsEmpty:
		return []ast.IsNode{v.Arg}
	case ast.NodeTypeSet:
		return v.Elements
	case ast.NodeTypeExtensionCall:
		return v.Args
	case ast.NodeTypeRecord:
		args := make([]ast.IsNode, len(v.Elements))
		for i, e := range v.Elements {
			args[i] = e.Value
		}
		return args
	default:
		return nil
	}
}

// withOperands is the same operation on other operands, as many as before.
func withOperands(n ast.IsNode, args []ast.IsNode) ast.IsNode {
	if _, build, ok := binary(n); ok {
		return build(ast.BinaryNode{Left: args[0], Right: args[1]})
	}
	switch v := n.(type) {
	case ast.NodeTypeAccess:
		v.Arg = args[0]
		return v
	case ast.NodeTypeHas:
		v.Arg = args[0]
		return v
	case ast.NodeTypeLike:
		v.Arg = args[0]
		return v
	case ast.NodeTypeIs:
		v.Left = args[0]
		return v
	case ast.NodeTypeNot:
		v.Arg = args[0]
		return v
	case ast.NodeTypeNegate:
		v.Arg = args[0]
		return v
	case ast.NodeTypeIsEmpty:
		v.Arg = args[0]
		return v
	case ast.NodeTypeSet:
		v.Elements = args
		return v
	case ast.NodeTypeExtensionCall:
		v.Args = args
		return v
	case ast.NodeTypeRecord:
		elements := make([]ast.RecordElementNode, len(args))
		for i, arg := range args {
			elements[i] = ast.RecordElementNode{Key: v.Elements[i].Key, Value: arg}
		}
		v.Elements = elements
		return v
	default:
		return n
	}
}

// isBooleanShaped reports an operation that yields a boolean or fails.
func isBooleanShaped(n ast.IsNode) bool {
	switch n.(type) {
	case ast.NodeTypeAnd, ast.NodeTypeOr, ast.NodeTypeNot,
		ast.NodeTypeLessThan, ast.NodeTypeLessThanOrEqual, ast.NodeTypeGreaterThan, ast.NodeTypeGreaterThanOrEqual,
		ast.NodeTypeEquals, ast.NodeTypeNotEquals, ast.NodeTypeIn, ast.NodeTypeIs, ast.NodeTypeIsIn,
		ast.NodeTypeHas, ast.NodeTypeHasTag, ast.NodeTypeLike,
		ast.NodeTypeContains, ast.NodeTypeContainsAll, ast.NodeTypeContainsAny, ast.NodeTypeIsEmpty:
		return true
	default:
		return false
	}
}

package api

// UpdateAttributeRequest is the input of UpdateAttribute. What is absent stays. A
// bound of "none" is taken away.
type UpdateAttributeRequest struct {
	UserPoolID                 string           `json:"UserPoolId" shape:"UserPoolIdType,required"`
	AttributeName              string           `json:"AttributeName" shape:"AttributeNameType,required"`
	AttributeDataType          string           `json:"AttributeDataType,omitempty" shape:"AttributeDataType"`
	Mutable                    *bool            `json:"Mutable,omitempty"`
	Required                   *bool            `json:"Required,omitempty"`
	NumberAttributeConstraints *ValueBoundsType `json:"NumberAttributeConstraints,omitempty"`
	StringAttributeConstraints *TextBoundsType  `json:"StringAttributeConstraints,omitempty"`
}

// ValueBoundsType bounds a number; the bounds are decimal text, or none.
type ValueBoundsType struct {
	MinValue string `json:"MinValue,omitempty" shape:"BoundType"`
	MaxValue string `json:"MaxValue,omitempty" shape:"BoundType"`
}

// TextBoundsType bounds a length in characters; the bounds are decimal text, or none.
type TextBoundsType struct {
	MinLength string `json:"MinLength,omitempty" shape:"BoundType"`
	MaxLength string `json:"MaxLength,omitempty" shape:"BoundType"`
}

// AttributeRequest is the input of RetireAttribute and RestoreAttribute.
type AttributeRequest struct {
	UserPoolID    string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	AttributeName string `json:"AttributeName" shape:"AttributeNameType,required"`
}

// AttributeResponse is the output of UpdateAttribute, RetireAttribute and
// RestoreAttribute.
type AttributeResponse struct {
	Attribute *SchemaAttributeType `json:"Attribute,omitempty"`
}

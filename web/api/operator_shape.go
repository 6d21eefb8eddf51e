package api

// OperatorType is one role that an operator holds. Scope is a pool's id, or *
// for the whole installation. Lists have the Username.
type OperatorType struct {
	UserID   string `json:"UserId"`
	Username string `json:"Username,omitempty"`
	Role     string `json:"Role"`
	Scope    string `json:"Scope"`
}

// ListOperatorsRequest is the input of ListOperators.
type ListOperatorsRequest struct{}

// ListOperatorsResponse is the output of ListOperators.
type ListOperatorsResponse struct {
	Operators []OperatorType `json:"Operators"`
}

// GrantOperatorRoleRequest is the input of GrantOperatorRole. Without a Scope
// the role holds for the whole installation.
type GrantOperatorRoleRequest struct {
	Username string `json:"Username" shape:"UsernameType,required"`
	Role     string `json:"Role" shape:"OperatorRoleType,required"`
	Scope    string `json:"Scope,omitempty" shape:"OperatorScopeType"`
}

// RevokeOperatorRoleRequest is the input of RevokeOperatorRole.
type RevokeOperatorRoleRequest struct {
	Username string `json:"Username" shape:"UsernameType,required"`
	Scope    string `json:"Scope,omitempty" shape:"OperatorScopeType"`
}

// AccessKeyRequest is the input of CreateAccessKey and ListAccessKeys. Without a
// Username it is about the caller.
type AccessKeyRequest struct {
	Username string `json:"Username,omitempty" shape:"UsernameType"`
}

// DeleteAccessKeyRequest is the input of DeleteAccessKey.
type DeleteAccessKeyRequest struct {
	Username    string `json:"Username,omitempty" shape:"UsernameType"`
	AccessKeyID string `json:"AccessKeyId" shape:"AccessKeyIdType,required"`
}

// AccessKeyType is an operator's access key. The secret is there only in the
// answer that made it.
type AccessKeyType struct {
	AccessKeyID     string    `json:"AccessKeyId"`
	SecretAccessKey string    `json:"SecretAccessKey,omitempty"`
	Enabled         bool      `json:"Enabled"`
	CreationDate    Timestamp `json:"CreationDate"`
}

// CreateAccessKeyResponse is the output of CreateAccessKey.
type CreateAccessKeyResponse struct {
	AccessKey AccessKeyType `json:"AccessKey"`
}

// ListAccessKeysResponse is the output of ListAccessKeys.
type ListAccessKeysResponse struct {
	AccessKeys []AccessKeyType `json:"AccessKeys"`
}

// GetCallerRequest is the input of GetCaller.
type GetCallerRequest struct{}

// GetCallerResponse is the output of GetCaller: who the server takes the caller
// for, and what they may do.
type GetCallerResponse struct {
	UserID   string         `json:"UserId"`
	Username string         `json:"Username"`
	Roles    []OperatorType `json:"Roles"`
}

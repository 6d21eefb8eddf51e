package api

// RoleSettings is the input of CreateRole and UpdateRole. Policies is Cedar
// text. Update leaves what is absent as it is.
type RoleSettings struct {
	IdentityPoolID     string  `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	RoleName           string  `json:"RoleName" shape:"RoleNameType,required"`
	Policies           *string `json:"Policies,omitempty" shape:"PolicyTextType"`
	Description        *string `json:"Description,omitempty" shape:"RoleDescriptionType"`
	MaxSessionDuration *int64  `json:"MaxSessionDuration,omitempty" shape:"RoleSecondsType"`
}

// RoleRequest is the input of GetRole and DeleteRole.
type RoleRequest struct {
	IdentityPoolID string `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	RoleName       string `json:"RoleName" shape:"RoleNameType,required"`
}

// RoleType describes a role. MaxSessionDuration is the longest life of a
// credential in seconds; 0 takes the pool's.
type RoleType struct {
	IdentityPoolID     string    `json:"IdentityPoolId"`
	RoleName           string    `json:"RoleName"`
	ARN                string    `json:"Arn"`
	Description        string    `json:"Description"`
	Policies           string    `json:"Policies"`
	MaxSessionDuration int64     `json:"MaxSessionDuration"`
	CreationDate       Timestamp `json:"CreationDate"`
	LastModifiedDate   Timestamp `json:"LastModifiedDate"`
}

// RoleResponse is the output of CreateRole, GetRole and UpdateRole.
type RoleResponse struct {
	Role RoleType `json:"Role"`
}

// ListRolesRequest is the input of ListRoles.
type ListRolesRequest struct {
	IdentityPoolID string `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	Limit          *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	NextToken      string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListRolesResponse is the output of ListRoles.
type ListRolesResponse struct {
	Roles     []RoleType `json:"Roles"`
	NextToken string     `json:"NextToken,omitempty"`
}

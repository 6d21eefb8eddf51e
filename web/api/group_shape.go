package api

// GroupSettings is the input of CreateGroup and UpdateGroup. What is absent stays;
// RemovePrecedence, which Cognito does not have, takes the precedence away.
type GroupSettings struct {
	UserPoolID  string  `json:"UserPoolId" shape:"UserPoolIdType,required"`
	GroupName   string  `json:"GroupName" shape:"GroupNameType,required"`
	Description *string `json:"Description,omitempty" shape:"DescriptionType"`
	RoleARN     *string `json:"RoleArn,omitempty" shape:"ArnType"`
	Precedence  *int64  `json:"Precedence,omitempty" shape:"PrecedenceType"`

	RemovePrecedence *bool `json:"RemovePrecedence,omitempty"`
}

// GroupRequest is the input of GetGroup and DeleteGroup.
type GroupRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	GroupName  string `json:"GroupName" shape:"GroupNameType,required"`
}

// GroupResponse is the output of CreateGroup, GetGroup and UpdateGroup.
type GroupResponse struct {
	Group *GroupType `json:"Group,omitempty"`
}

// MembershipRequest is the input of AdminAddUserToGroup and
// AdminRemoveUserFromGroup.
type MembershipRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username   string `json:"Username" shape:"UsernameType,required"`
	GroupName  string `json:"GroupName" shape:"GroupNameType,required"`
}

// GroupType describes a group.
type GroupType struct {
	GroupName        string    `json:"GroupName,omitempty"`
	UserPoolID       string    `json:"UserPoolId,omitempty"`
	Description      string    `json:"Description,omitempty"`
	RoleARN          string    `json:"RoleArn,omitempty"`
	Precedence       *int64    `json:"Precedence,omitempty"`
	LastModifiedDate Timestamp `json:"LastModifiedDate,omitempty"`
	CreationDate     Timestamp `json:"CreationDate,omitempty"`
}

// ListGroupsRequest is the input of ListGroups.
type ListGroupsRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Limit      *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListGroupsResponse is the output of ListGroups.
type ListGroupsResponse struct {
	Groups    []GroupType `json:"Groups"`
	NextToken string      `json:"NextToken,omitempty"`
}

// ListUsersInGroupRequest is the input of ListUsersInGroup.
type ListUsersInGroupRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	GroupName  string `json:"GroupName" shape:"GroupNameType,required"`
	Limit      *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListUsersInGroupResponse is the output of ListUsersInGroup.
type ListUsersInGroupResponse struct {
	Users     []UserType `json:"Users"`
	NextToken string     `json:"NextToken,omitempty"`
}

// AdminListGroupsForUserRequest is the input of AdminListGroupsForUser.
type AdminListGroupsForUserRequest struct {
	Username   string `json:"Username" shape:"UsernameType,required"`
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Limit      *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// AdminListGroupsForUserResponse is the output of AdminListGroupsForUser.
type AdminListGroupsForUserResponse struct {
	Groups    []GroupType `json:"Groups"`
	NextToken string      `json:"NextToken,omitempty"`
}

package api

// ResourceServerSettings is the input of CreateResourceServer and
// UpdateResourceServer.
type ResourceServerSettings struct {
	UserPoolID string                    `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Identifier string                    `json:"Identifier" shape:"ResourceServerIdentifierType,required"`
	Name       string                    `json:"Name" shape:"ResourceServerNameType,required"`
	Scopes     []ResourceServerScopeType `json:"Scopes,omitempty" shape:"ResourceServerScopeListType"`
}

// ResourceServerRequest is the input of DescribeResourceServer and
// DeleteResourceServer.
type ResourceServerRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Identifier string `json:"Identifier" shape:"ResourceServerIdentifierType,required"`
}

// ResourceServerResponse is the output of CreateResourceServer,
// DescribeResourceServer and UpdateResourceServer.
type ResourceServerResponse struct {
	ResourceServer *ResourceServerType `json:"ResourceServer"`
}

// ResourceServerScopeType is one scope of a resource server.
type ResourceServerScopeType struct {
	ScopeName        string `json:"ScopeName" shape:"ResourceServerScopeNameType,required"`
	ScopeDescription string `json:"ScopeDescription" shape:"ResourceServerScopeDescriptionType,required"`
}

// ResourceServerType describes a resource server.
type ResourceServerType struct {
	UserPoolID string                    `json:"UserPoolId,omitempty"`
	Identifier string                    `json:"Identifier,omitempty"`
	Name       string                    `json:"Name,omitempty"`
	Scopes     []ResourceServerScopeType `json:"Scopes,omitempty"`
}

// ListResourceServersRequest is the input of ListResourceServers.
type ListResourceServersRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	MaxResults *int64 `json:"MaxResults,omitempty" shape:"ListResourceServersLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKeyType"`
}

// ListResourceServersResponse is the output of ListResourceServers.
type ListResourceServersResponse struct {
	ResourceServers []ResourceServerType `json:"ResourceServers"`
	NextToken       string               `json:"NextToken,omitempty"`
}

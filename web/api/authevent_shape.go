package api

// AdminListUserAuthEventsRequest is the input of AdminListUserAuthEvents.
type AdminListUserAuthEventsRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username   string `json:"Username" shape:"UsernameType,required"`
	MaxResults *int64 `json:"MaxResults,omitempty" shape:"QueryLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// AdminListUserAuthEventsResponse is the output of AdminListUserAuthEvents.
type AdminListUserAuthEventsResponse struct {
	AuthEvents []AuthEventType `json:"AuthEvents"`
	NextToken  string          `json:"NextToken,omitempty"`
}

// AuthEventType is one sign-in, sign-up or change of a password. The members from
// AuthenticationMethods on are our own.
type AuthEventType struct {
	EventID            string                  `json:"EventId"`
	EventType          string                  `json:"EventType"`
	CreationDate       Timestamp               `json:"CreationDate"`
	EventResponse      string                  `json:"EventResponse"`
	ChallengeResponses []ChallengeResponseType `json:"ChallengeResponses,omitempty"`
	EventContextData   *EventContextDataType   `json:"EventContextData,omitempty"`

	AuthenticationMethods []string `json:"AuthenticationMethods,omitempty"` // how they proved themselves (RFC 8176)
	Reason                string   `json:"Reason,omitempty"`                // why it failed
	LockedFor             string   `json:"LockedFor,omitempty"`             // how long the next try had to wait
	Device                string   `json:"Device,omitempty"`                // the remembered browser that stood in for the second factor
	Provider              string   `json:"Provider,omitempty"`              // the upstream that vouched for them
	ClientID              string   `json:"ClientId,omitempty"`
}

// ChallengeResponseType is one question and whether it was answered rightly.
type ChallengeResponseType struct {
	ChallengeName     string `json:"ChallengeName"`
	ChallengeResponse string `json:"ChallengeResponse"`
}

// EventContextDataType says from where it came.
type EventContextDataType struct {
	IPAddress  string `json:"IpAddress,omitempty"`
	DeviceName string `json:"DeviceName,omitempty"`
}

package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// ListAuditEventsRequest is the input of ListAuditEvents: the trail of a user
// pool or an identity pool, newest first, of one target such as user/<sub> when
// Target is set.
type ListAuditEventsRequest struct {
	PoolID    string `json:"PoolId" shape:"PoolIdType,required"`
	Target    string `json:"Target,omitempty" shape:"AuditTargetType"`
	Limit     *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	NextToken string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// AuditEventType is one entry of the trail.
type AuditEventType struct {
	EventID   string            `json:"EventId"`
	Time      Timestamp         `json:"Time"`
	Action    string            `json:"Action"`
	Outcome   string            `json:"Outcome"`
	ActorKind string            `json:"ActorKind"`
	ActorID   string            `json:"ActorId,omitempty"`
	Target    string            `json:"Target,omitempty"`
	Address   string            `json:"Address,omitempty"`
	UserAgent string            `json:"UserAgent,omitempty"`
	RequestID string            `json:"RequestId,omitempty"`
	Detail    map[string]string `json:"Detail,omitempty"`
}

// ListAuditEventsResponse is the output of ListAuditEvents.
type ListAuditEventsResponse struct {
	Events    []AuditEventType `json:"Events"`
	NextToken string           `json:"NextToken,omitempty"`
}

func (a *API) listAuditEvents(ctx context.Context, in *ListAuditEventsRequest) (*ListAuditEventsResponse, error) {
	events, next, err := page(size(in.Limit), in.NextToken,
		func(before string, n int) ([]provider.Event, error) {
			return a.Directory.Store.Events(ctx, in.PoolID, in.Target, before, n)
		},
		func(e *provider.Event) string { return e.ID })
	if err != nil {
		return nil, err
	}
	return &ListAuditEventsResponse{NextToken: next, Events: each(events, func(e *provider.Event) AuditEventType {
		return AuditEventType{
			EventID: e.ID, Time: Timestamp(e.At), Action: e.Action, Outcome: e.Outcome, ActorKind: e.ActorKind, ActorID: e.ActorID,
			Target: e.Target, Address: e.Address, UserAgent: e.UserAgent, RequestID: e.RequestID, Detail: e.Detail,
		}
	})}, nil
}

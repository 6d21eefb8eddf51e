// Package sync is the door to the sync store: the paths and bodies of Amazon
// Cognito Sync (API version 2014-06-30), so that every AWS SDK is a client, and a
// stream of changes beside them. It parses, asks who calls and what they may, and
// answers; what a dataset is and how it changes is package dataset's.
//
// Callers are identities, by a Bearer credential (RFC 6750) or by temporary keys
// and Signature Version 4, and operators, by an access key. An identity reaches
// its own datasets alone, and of those what its role's policies allow.
package sync

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/web/respond"
	"github.com/cognate-idp/cognate/web/sigv4"
)

// MaxBody is the longest request body in bytes: a full dataset in JSON's longest
// spelling.
const MaxBody = 8 << 20

// Door serves the sync API. Every field is required, but Heartbeat.
type Door struct {
	Datasets *dataset.Service
	Feed     *dataset.Feed

	Identities *identitypool.Service // opens the credentials and temporary keys that it gave out
	Operators  *directory.Directory  // knows operators' access keys and what they may

	Now       func() time.Time
	Log       *slog.Logger
	Heartbeat time.Duration // how often an idle stream shows life; 0 is 15 s
}

// Mount adds the routes to the root's mux.
func (d *Door) Mount(mux *http.ServeMux) {
	const (
		pool     = "/identitypools/{pool}"
		identity = pool + "/identities/{identity}"
		one      = identity + "/datasets/{dataset}"
	)
	for pattern, handler := range map[string]operation{
		"GET /identitypools":            d.listIdentityPoolUsage,
		"GET " + pool:                   d.describeIdentityPoolUsage,
		"GET " + identity:               d.describeIdentityUsage,
		"GET " + identity + "/datasets": d.listDatasets,
		"GET " + one:                    d.describeDataset,
		"DELETE " + one:                 d.deleteDataset,
		"POST " + one:                   d.updateRecords,
		"GET " + one + "/records":       d.listRecords,
		"GET " + identity + "/stream":   d.stream,
	} {
		mux.Handle(pattern, d.handle(handler))
	}
	mux.Handle("/identitypools/{rest...}", d.handle(unknown))
	mux.HandleFunc("OPTIONS /identitypools", anyOrigin().Preflight)
	mux.HandleFunc("OPTIONS /identitypools/{rest...}", anyOrigin().Preflight)
}

// operation answers a request whose caller is known.
type operation func(w http.ResponseWriter, r *http.Request, c *caller) error

// handle proves who calls before anything else is looked at.
func (d *Door) handle(op operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		anyOrigin().Allow(w.Header())
		w.Header().Set("X-Amzn-Requestid", provider.ActorFrom(r.Context()).RequestID)
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		c, err := d.authenticate(r)
		if err == nil {
			err = op(w, r, c)
			// A credential that the identity has outlived is as good as none.
			if provider.CodeOf(err) == provider.CodeUnauthorized && !sigv4.IsSigned(r) {
				err = &badBearer{err}
			}
		}
		if err != nil {
			d.fail(w, r, err)
		}
	})
}

// unknown answers what is not here, of Cognito Sync's operations or at all, in
// the form that an SDK reads.
func unknown(http.ResponseWriter, *http.Request, *caller) error {
	return &exception{Type: "UnknownOperationException", Message: "There is no such operation.", status: http.StatusNotFound}
}

func answer(w http.ResponseWriter, v any) error { return respond.JSON(w, http.StatusOK, v) }

// anyOrigin names the headers that the AWS SDKs and readers of the stream send
// from a browser.
func anyOrigin() respond.Shared {
	return respond.Shared{
		Methods: "GET, POST, DELETE",
		Headers: "content-type, x-amz-user-agent, cache-control, pragma, amz-sdk-invocation-id, " +
			"amz-sdk-request, authorization, x-amz-date, x-amz-security-token, x-amz-content-sha256, x-amz-client-context, last-event-id",
		Expose: "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date,Retry-After",
	}
}

// source is the caller's address, which policies may name.
func source(r *http.Request) netip.Addr {
	a, err := netip.ParseAddr(provider.ActorFrom(r.Context()).Address)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

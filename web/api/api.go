package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/respond"
	"github.com/cognate-idp/cognate/web/sigv4"
)

const contentType = "application/x-amz-json-1.1"

// An API serves the operations. Every field is required.
type API struct {
	Directory  *directory.Directory
	Factors    *factor.Factors
	Identities *identitypool.Service
	Keys       *token.Keys
	Messages   *message.Templates
	// Bearer answers the operator behind an access token that was issued for
	// this API, or an error with provider.CodeUnauthorized.
	Bearer func(ctx context.Context, accessToken string) (*directory.Operator, error)
	// Self answers the user behind an access token with the scope
	// aws.cognito.signin.user.admin, or an error with provider.CodeUnauthorized or
	// provider.CodeForbidden.
	Self func(ctx context.Context, accessToken string) (*Self, error)
	// Issuer is the exact issuer of a user pool.
	Issuer func(*provider.Pool) string
	Now    func() time.Time
	Log    *slog.Logger
}

// Mount puts the API on the root's mux: POST / and its preflight, and the
// description at GET /openapi.json.
func (a *API) Mount(mux *http.ServeMux) {
	door := a.Handler()
	mux.Handle("POST /{$}", door)
	mux.HandleFunc("OPTIONS /{$}", anyOrigin().Preflight)
	mux.Handle("GET /openapi.json", a.Description())
}

// Handler answers POST /.
func (a *API) Handler() http.Handler {
	d := &door{
		API:        a,
		operations: map[string]*Operation{},
		shapes:     shapes{constraints()},
		verifier: &sigv4.Verifier{
			Lookup: a.accessKey, Services: sigv4.Services(), Now: a.Now, MaxBody: maxBody,
		},
	}
	for _, o := range a.Operations() {
		d.operations[o.Target()] = &o
	}
	return d
}

// door is an API with its table made ready.
type door struct {
	*API
	operations map[string]*Operation
	shapes     shapes
	verifier   *sigv4.Verifier
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	anyOrigin().Allow(w.Header())
	actor := d.actor(r)
	w.Header().Set("X-Amzn-Requestid", actor.RequestID)
	out, err := d.serve(w, r, actor)
	if err == nil {
		var body []byte
		if body, err = json.Marshal(out); err == nil {
			writeBody(w, http.StatusOK, body)
			return
		}
	}
	e := wireError(err, actor.RequestID)
	if e.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		d.Log.ErrorContext(r.Context(), "operation failed", "target", r.Header.Get("X-Amz-Target"), "request_id", actor.RequestID, "error", err)
	}
	writeError(w, e)
}

// serve is one call: route, prove, parse, permit, act. Nothing of the body is
// looked at before an operator has proved themselves; a user's proof is in it.
func (d *door) serve(w http.ResponseWriter, r *http.Request, actor provider.Actor) (any, error) {
	op, err := d.route(r)
	if err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	ctx := provider.WithActor(r.Context(), actor)
	var caller *directory.Operator
	if op.Permission != "" {
		if caller, err = d.authenticate(r); err != nil {
			return nil, err
		}
		actor.Kind, actor.ID = "operator", caller.UserID
		ctx = withCaller(provider.WithActor(ctx, actor), caller)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	parsed, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	in := reflect.New(op.Input).Interface()
	if err := d.shapes.fill(parsed, in); err != nil {
		return nil, err
	}
	if op.Self {
		if ctx, err = d.asSelf(ctx, in); err != nil {
			return nil, err
		}
	}
	if err := d.permit(ctx, op, caller, in); err != nil {
		return nil, err
	}
	return op.answer(ctx, in)
}

// answer calls the handler; an empty answer is an empty object, as SDKs expect.
func (o *Operation) answer(ctx context.Context, in any) (any, error) {
	out, err := o.call(ctx, in)
	if err == nil && o.Output == nil {
		out = struct{}{}
	}
	return out, err
}

func (d *door) route(r *http.Request) (*Operation, error) {
	if r.Method != http.MethodPost {
		return nil, &Error{Type: "UnknownOperationException", Message: "Use POST.", Status: http.StatusMethodNotAllowed}
	}
	op, ok := d.operations[r.Header.Get("X-Amz-Target")]
	if !ok {
		return nil, exception("UnknownOperationException", "There is no operation of that name.")
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != contentType {
		return nil, serialization("Content-Type must be " + contentType)
	}
	return op, nil
}

// unreadable says what went wrong while the body came in.
func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return exception("SerializationException", "the body did not arrive whole")
}

func (d *door) actor(r *http.Request) provider.Actor {
	actor := provider.ActorFrom(r.Context())
	actor.Kind = "client"
	if actor.RequestID == "" {
		actor.RequestID = uuid.NewString()
	}
	if actor.Address == "" {
		actor.Address, _, _ = net.SplitHostPort(r.RemoteAddr)
	}
	if actor.UserAgent == "" {
		actor.UserAgent = clean(r.UserAgent())
	}
	return actor
}

// clean keeps a header's text storable and short.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	return s[:min(len(s), 256)]
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody is left to tell if this fails
}

// anyOrigin names the headers that the AWS SDKs send from a browser.
func anyOrigin() respond.Shared {
	return respond.Shared{
		Methods: "POST",
		Headers: "content-type,x-amz-target,x-amz-user-agent,cache-control,pragma," +
			"amz-sdk-invocation-id,amz-sdk-request,authorization,x-amz-date,x-amz-security-token,x-amz-content-sha256,x-amz-client-context",
		Expose: "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
	}
}

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/web/api"
)

// maxAnswer bounds what is read of an answer; a page of sixty users is far below.
const maxAnswer = 64 << 20

// remote is a running server and the access key to call it with.
type remote struct {
	Endpoint  string
	AccessKey string
	Secret    string
	From      string   // where the three came from, for messages
	UserPool  string   // the pool that commands are about unless told otherwise
	Identity  string   // the same for identity pools
	Mailbox   string   // where a development server shows what it does not send out
	Keeps     []string // the channels whose messages stay there: email, sms
	Roots     string   // a PEM file of the authority to trust beside the machine's own, on loopback only
}

// client speaks to the server, and trusts the certificate that a development
// server made for itself. Elsewhere than on loopback that one proves nothing.
func (r *remote) client() (*http.Client, error) {
	u, err := url.Parse(r.Endpoint)
	if err != nil || u.Scheme != "https" || r.Roots == "" || !loopbackHost(u.Hostname()) {
		return http.DefaultClient, nil // what is wrong with the address is told when it is used
	}
	pem, err := os.ReadFile(r.Roots)
	if errors.Is(err, os.ErrNotExist) {
		return http.DefaultClient, nil
	}
	if err != nil {
		return nil, &exitError{fix(fmt.Errorf("read the server's certificate: %w", err), "make the file readable"), exitUsage}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a machine may have none
	}
	roots.AppendCertsFromPEM(pem)
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	return &http.Client{Transport: t}, nil
}

// unreached explains why no answer came.
func (r *remote) unreached(err error) error {
	what := "is the server running? start one with: cognate serve --dev, or name another with --endpoint"
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		what = "use an address that the certificate names, signed by an authority that this machine trusts; " +
			"for serve --dev --tls name its folder with --data or --dev-json, where " + certificateName + " is"
	}
	return &exitError{fix(fmt.Errorf("cannot reach %s: %w", r.Endpoint, err), what), exitUnreachable}
}

// certificateName is the file beside dev.json that serve --dev --tls makes.
const certificateName = "localhost.crt"

// certificateBeside is where a development server keeps its certificate.
func certificateBeside(devJSON string) string {
	return filepath.Join(filepath.Dir(devJSON), certificateName)
}

// refusal is an error that the server answered.
type refusal struct{ Type, Message string }

func (r *refusal) Error() string { return r.Message + " (" + r.Type + ")" }

// call sends one operation, signed, and returns the answer's body.
func (r *remote) call(ctx context.Context, service, operation string, in any) (json.RawMessage, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(r.Endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, &exitError{fix(err, "give an address such as https://id.example.com with --endpoint"), exitUsage}
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", service+"."+operation)
	req.Header.Set("User-Agent", "cognate/"+version)
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: r.AccessKey, SecretAccessKey: r.Secret}
	if err := v4.NewSigner().SignHTTP(ctx, key, req, hex.EncodeToString(sum[:]), signingName(service), "us-east-1", time.Now()); err != nil {
		return nil, fmt.Errorf("sign request: %w", err)
	}
	client, err := r.client()
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, r.unreached(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &exitError{fix(fmt.Errorf("read the answer of %s: %w", r.Endpoint, err), "try again"), exitUnreachable}
	}
	if resp.StatusCode == http.StatusOK && json.Valid(answer) {
		return answer, nil
	}
	return nil, r.refused(resp.StatusCode, answer)
}

// idForm is how the id of one kind of thing looks, for whoever mistyped one.
type idForm struct{ member, kind, example, list string }

// malformedID finds the id that an answer calls malformed. The answer has a
// regular expression, which helps programs and not people.
func malformedID(message string) *idForm {
	if !strings.Contains(message, "regular expression pattern") && !strings.Contains(message, "Member must have length") {
		return nil
	}
	for _, f := range []idForm{
		{"userPoolId", "user pool", "us-east-1_AbCdEfGhI", "cognate pool list"},
		{"identityPoolId", "identity pool", "us-east-1:6f0c5f0e-6a0b-4f5e-9f0b-0d6f6c1d2e3f", "cognate identity-pool list"},
		{"poolId", "user pool or identity pool", "us-east-1_AbCdEfGhI or us-east-1:6f0c5f0e-6a0b-4f5e-9f0b-0d6f6c1d2e3f", "cognate pool list, cognate identity-pool list"},
		{"clientId", "app client", "1example23456789", "cognate client list"},
		{"accessKeyId", "access key", "AKIAEXAMPLE123456789", "cognate access-key list"},
	} {
		if strings.Contains(message, "Value at '"+f.member+"'") {
			return &f
		}
	}
	return nil
}

func signingName(service string) string {
	switch service {
	case api.IdentityPools:
		return "cognito-identity"
	case api.Own:
		return "cognate"
	}
	return "cognito-idp"
}

// refused turns an answer into an error with its exit code and a way out.
func (r *remote) refused(status int, answer []byte) error {
	var body struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(answer, &body); err != nil || body.Type == "" {
		return &exitError{fix(fmt.Errorf("%s answered status %d, not as a Cognate server", r.Endpoint, status), "check the address given with --endpoint"), exitUnreachable}
	}
	err := &refusal{Type: body.Type, Message: body.Message}
	code, what := exitFailure, ""
	switch kind := body.Type; {
	case strings.HasSuffix(kind, "NotFoundException"):
		code, what = exitNotFound, "see what is there with the list command"
	case slices.Contains([]string{"MissingAuthenticationTokenException", "UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException"}, kind):
		code, what = exitForbidden, "check the access key ("+r.From+") and this machine's clock"
	case kind == "AccessDeniedException":
		code, what = exitForbidden, "ask an owner for the role: cognate operator grant"
	case kind == "NotAuthorizedException":
		code = exitForbidden
	case kind == "ServiceUnavailableException", kind == "TooManyRequestsException":
		code, what = exitUnreachable, "try again in a moment"
	case malformedID(body.Message) != nil:
		id := malformedID(body.Message)
		err.Message = "that is no " + id.kind + "'s id"
		code, what = exitUsage, "it looks like "+id.example+"; see what is there with: "+id.list
	case kind == "AliasExistsException":
		what = "give another, or see who has it with: cognate user search"
	case strings.HasSuffix(kind, "ExistsException"):
		what = "choose another name, or use the update command"
	}
	if what == "" {
		return &exitError{err, code}
	}
	return &exitError{fix(err, what), code}
}

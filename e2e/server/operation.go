package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Prefixes of the operations' names.
const (
	UserPools     = "AWSCognitoIdentityProviderService."
	IdentityPools = "AWSCognitoIdentityService."
	Own           = "Cognate."
)

// Administer calls an operation of the administrative API as the demo's
// operator, signed with the operator's access key, and returns its answer.
//
// Errors: the server refused; the error holds its answer.
func (p *Process) Administer(ctx context.Context, operation string, input map[string]any) (map[string]any, error) {
	body, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	r, err := p.Signed(ctx, operation, body)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	out, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", operation, answer.Status, out)
	}
	var m map[string]any
	if len(out) == 0 {
		return m, nil
	}
	return m, json.Unmarshal(out, &m)
}

// Signed makes the request for an operation with any body, signed by AWS
// Signature Version 4.
func (p *Process) Signed(ctx context.Context, operation string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", operation)
	service := "cognito-idp"
	if strings.HasPrefix(operation, IdentityPools) {
		service = "cognito-identity"
	}
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: p.Dev.Operator.AccessKeyID, SecretAccessKey: p.Dev.Operator.SecretAccessKey}
	return r, v4.NewSigner().SignHTTP(ctx, key, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now())
}

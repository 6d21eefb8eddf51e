package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/e2e/server"
)

// Targets of the administrative API.
const (
	userPools     = "AWSCognitoIdentityProviderService."
	identityPools = "AWSCognitoIdentityService."
)

// administer calls an operation of the administrative API with the demo
// operator's access key and returns its answer.
func administer(t *testing.T, p *server.Process, target string, input map[string]any) map[string]any {
	t.Helper()
	answer, err := callOperation(t, p, p.URL, target, input)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func callOperation(t *testing.T, p *server.Process, base, target string, input map[string]any) (map[string]any, error) {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: p.Dev.Operator.AccessKeyID, SecretAccessKey: p.Dev.Operator.SecretAccessKey}
	service := "cognito-idp"
	if len(target) > len(identityPools) && target[:len(identityPools)] == identityPools {
		service = "cognito-identity"
	}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
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
		return nil, fmt.Errorf("%s: %s: %s", target, answer.Status, out)
	}
	var m map[string]any
	if len(out) == 0 {
		return m, nil
	}
	return m, json.Unmarshal(out, &m)
}

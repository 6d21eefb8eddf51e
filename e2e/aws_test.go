package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestAWSClient administers and synchronizes by boto3, unmodified but for the
// endpoint.
func TestAWSClient(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		t.Run("administer", func(t *testing.T) { runPython(t, p, "administer.py") })
		t.Run("synchronize", func(t *testing.T) {
			runPython(t, p, "synchronize.py", credential(t, p).identity)
		})
	})
}

func runPython(t *testing.T, p *server.Process, script string, args ...string) {
	t.Helper()
	python, err := filepath.Abs("python/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		lacking(t, err)
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{script, filepath.Join(p.Folder, "dev.json")}, args...)...)
	cmd.Dir = "python"
	// Nothing of this machine's own AWS settings may play a part.
	cmd.Env = append(os.Environ(), "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
)

// profile is one entry of the profile file:
//
//	profiles:
//	  production:
//	    endpoint: https://id.example.com
//	    access_key_id: AKIA...
//	    secret_access_key: ...
//	    user_pool_id: us-east-1_...
//	    identity_pool_id: us-east-1:...
type profile struct {
	Endpoint        string `koanf:"endpoint"`
	AccessKeyID     string `koanf:"access_key_id"`
	SecretAccessKey string `koanf:"secret_access_key"`
	UserPoolID      string `koanf:"user_pool_id"`
	IdentityPoolID  string `koanf:"identity_pool_id"`
}

const defaultProfile = "default"

// target are the flags that say which server a command is for.
type target struct{ endpoint, profile, devJSON, data string }

func (t *target) bind(c *cobra.Command) {
	f := c.PersistentFlags()
	f.StringVar(&t.endpoint, "endpoint", "", "the server's address (COGNATE_ENDPOINT)")
	f.StringVar(&t.profile, "profile", "", "a profile of the profile file (COGNATE_PROFILE)")
	f.StringVar(&t.devJSON, "dev-json", "", "the dev.json of a development server (COGNATE_DEV_JSON)")
	f.StringVar(&t.data, "data", ".cognate", "the data folder of a development server, for its dev.json")
}

// open finds the server and the access key: first what the command line names,
// then the environment, then the dev.json of a server started here, then the
// profile named default.
func (t *target) open(changed func(flag string) bool, getenv func(string) string) (*remote, error) {
	name, dev := first(t.profile, getenv("COGNATE_PROFILE")), first(t.devJSON, getenv("COGNATE_DEV_JSON"))
	var r *remote
	var err error
	switch {
	case t.profile == "" && (t.devJSON != "" || changed("data")), name == "" && dev != "":
		r, err = readDevJSON(first(dev, devJSONPath(t.data)))
	case name != "":
		r, err = readProfile(name)
	default:
		if r, err = readDevJSON(devJSONPath(t.data)); errors.Is(err, fs.ErrNotExist) {
			if r, err = readProfile(defaultProfile); errors.Is(err, fs.ErrNotExist) {
				r, err = &remote{From: "the environment"}, nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	r.Endpoint = first(t.endpoint, getenv("COGNATE_ENDPOINT"), r.Endpoint)
	if id := getenv("COGNATE_ACCESS_KEY_ID"); id != "" {
		r.AccessKey, r.Secret, r.From = id, getenv("COGNATE_SECRET_ACCESS_KEY"), "from COGNATE_ACCESS_KEY_ID"
	}
	if host, _, _ := strings.Cut(r.Endpoint, ":"); loopbackHost(host) {
		r.Endpoint = "http://" + r.Endpoint
	}
	switch {
	case r.Endpoint != "" && !strings.Contains(r.Endpoint, "://"):
		return nil, &exitError{fix(fmt.Errorf("the address %q does not say how to speak to the server", r.Endpoint), "write https://"+r.Endpoint), exitUsage}
	case r.Endpoint == "":
		return nil, &exitError{fix(errors.New("no server is named"),
			"run it where cognate serve --dev runs, or use --endpoint, --profile or --dev-json"), exitUsage}
	case r.AccessKey == "" || r.Secret == "":
		return nil, &exitError{fix(errors.New("no access key is given"),
			"set COGNATE_ACCESS_KEY_ID and COGNATE_SECRET_ACCESS_KEY, or put them into a profile"), exitUsage}
	}
	return r, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func readDevJSON(path string) (*remote, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &exitError{fix(fmt.Errorf("read dev.json: %w", err), "start a server with: cognate serve --dev, or name its folder with --data"), exitUsage}
	}
	var d devJSON
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, &exitError{fix(fmt.Errorf("read %s: %w", path, err), "start the development server again: it writes the file anew"), exitUsage}
	}
	return &remote{
		Endpoint: d.BaseURL, AccessKey: d.Operator.AccessKeyID, Secret: d.Operator.SecretAccessKey,
		UserPool: d.UserPoolID, Identity: d.IdentityPoolID, Mailbox: d.MailboxURL, Keeps: d.MailboxKeeps, Roots: certificateBeside(path), From: "from " + path,
	}, nil
}

// profilePath is config.yaml in the user's configuration folder, such as
// ~/.config/cognate.
func profilePath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder: %w", err)
	}
	return filepath.Join(dir, "cognate", "config.yaml"), nil
}

func readProfiles() (map[string]profile, string, error) {
	path, err := profilePath()
	if err != nil {
		return nil, "", err
	}
	k := koanf.New(profileDelimiter)
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return nil, path, fmt.Errorf("read %s: %w", path, err)
	}
	if err := checkProfileKeys(k.Keys()); err != nil {
		return nil, path, fmt.Errorf("read %s: %w", path, err)
	}
	var out struct {
		Profiles map[string]profile `koanf:"profiles"`
	}
	if err := k.Unmarshal("", &out); err != nil {
		return nil, path, fmt.Errorf("read %s: %w", path, err)
	}
	return out.Profiles, path, nil
}

// profileDelimiter stands between the parts of a key: names of profiles may hold
// dots.
const profileDelimiter = "\n"

// checkProfileKeys refuses names that nothing reads, so that a typing error
// cannot pass unseen.
func checkProfileKeys(keys []string) error {
	var known []string
	t := reflect.TypeFor[profile]()
	for i := range t.NumField() {
		known = append(known, t.Field(i).Tag.Get("koanf"))
	}
	for _, key := range keys {
		parts := strings.Split(key, profileDelimiter)
		if parts[0] != "profiles" || len(parts) > 3 || len(parts) == 3 && !slices.Contains(known, parts[2]) {
			return fmt.Errorf("unknown key %s: below profiles and a profile's name there are %s", strings.Join(parts, "."), strings.Join(known, ", "))
		}
	}
	return nil
}

func readProfile(name string) (*remote, error) {
	all, path, err := readProfiles()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &exitError{fix(fmt.Errorf("there is no profile %q: %w", name, err),
			"create that file with: profiles: {"+name+": {endpoint: https://..., access_key_id: ..., secret_access_key: ...}}"), exitUsage}
	}
	if err != nil {
		return nil, &exitError{fix(err, "see docs/cli.md for the form of the file"), exitUsage}
	}
	p, ok := all[name]
	if !ok {
		return nil, &exitError{fix(fmt.Errorf("there is no profile %q in %s", name, path), "see what is there with: cognate profile list"), exitUsage}
	}
	return &remote{
		Endpoint: p.Endpoint, AccessKey: p.AccessKeyID, Secret: p.SecretAccessKey,
		UserPool: p.UserPoolID, Identity: p.IdentityPoolID, From: "from profile " + name,
	}, nil
}

package sync_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func (r reply) records(t *testing.T) map[string]map[string]any {
	t.Helper()
	list, ok := r.body["Records"].([]any)
	if !ok {
		t.Fatalf("no Records in %v", r.body)
	}
	out := map[string]map[string]any{}
	for _, one := range list {
		record := one.(map[string]any)
		out[record["Key"].(string)] = record
	}
	return out
}

// TestTwoDevices is what sync is for: two devices that edit, meet a conflict,
// and agree.
func TestTwoDevices(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		prefs := g.of(g.alice, "/datasets/prefs")
		out := g.bearer("alice", "GET", prefs+"/records", "").must(t, 200, "")
		if out.body["DatasetExists"] != false || out.body["DatasetSyncCount"] != 0.0 || out.body["Count"] != 0.0 || len(out.records(t)) != 0 {
			t.Fatalf("before the first write: %v", out.body)
		}
		g.bearer("alice", "GET", prefs, "").must(t, 404, "ResourceNotFoundException")

		// The phone writes two settings.
		body := `{"DeviceId":"phone","SyncSessionToken":"` + out.body["SyncSessionToken"].(string) + `","RecordPatches":[` +
			`{"Op":"replace","Key":"colour","Value":"blue","SyncCount":0,"DeviceLastModifiedDate":1700000000.25},` + put("size", "10", 0) + `]}`
		out = g.signed(g.temporary, "POST", prefs, body).must(t, 200, "")
		colour := out.records(t)["colour"]
		if colour["Value"] != "blue" || colour["SyncCount"] != 1.0 || colour["LastModifiedBy"] != "phone" || colour["DeviceLastModifiedDate"] != 1700000000.25 ||
			colour["LastModifiedDate"].(float64) < 1.7e9 {
			t.Fatalf("written %v", colour)
		}

		// The tablet knows nothing yet and wants another colour: it is told.
		out = g.update("alice", g.alice, "prefs", put("colour", "red", 0), put("sound", "on", 0)).must(t, 409, "ResourceConflictException")
		if held := out.records(t); len(held) != 1 || held["colour"]["Value"] != "blue" || held["colour"]["SyncCount"] != 1.0 {
			t.Fatalf("conflict %v", out.body)
		}
		// Nothing of a refused batch is kept. With the count it learnt it goes through.
		g.update("alice", g.alice, "prefs", put("colour", "red", 1), put("sound", "on", 0), remove("size", 1)).must(t, 200, "")

		// The phone asks what is new since 1: two values and a removal.
		out = g.bearer("alice", "GET", prefs+"/records?lastSyncCount=1", "").must(t, 200, "")
		news := out.records(t)
		_, sizeHasValue := news["size"]["Value"]
		if len(news) != 3 || news["colour"]["Value"] != "red" || news["sound"]["SyncCount"] != 2.0 || sizeHasValue || out.body["DatasetSyncCount"] != 2.0 {
			t.Fatalf("since 1: %v", out.body)
		}
		// A new device is not told of removals, and may write the key as a new one.
		if all := g.bearer("alice", "GET", prefs+"/records", "").records(t); len(all) != 2 || all["size"] != nil {
			t.Fatalf("from the start: %v", all)
		}
		g.update("alice", g.alice, "prefs", put("size", "11", 0)).must(t, 200, "")

		// A key that the server never had is a conflict too, at count 0.
		out = g.update("alice", g.alice, "prefs", put("never", "x", 3)).must(t, 409, "ResourceConflictException")
		if held := out.records(t); held["never"]["SyncCount"] != 0.0 {
			t.Fatalf("conflict %v", out.body)
		}

		out = g.bearer("alice", "GET", prefs, "").must(t, 200, "")
		if d := out.body["Dataset"].(map[string]any); d["NumRecords"] != 3.0 || d["DataStorage"] != float64(len("colourredsoundonsize11")) || d["DatasetName"] != "prefs" {
			t.Fatalf("dataset %v", d)
		}

		// Deleting keeps the count going, and tells devices that hold old records.
		g.bearer("alice", "DELETE", prefs, "").must(t, 200, "")
		g.bearer("alice", "DELETE", prefs, "").must(t, 404, "ResourceNotFoundException")
		out = g.bearer("alice", "GET", prefs+"/records?lastSyncCount=3", "").must(t, 200, "")
		if out.body["DatasetExists"] != false || out.body["DatasetDeletedAfterRequestedSyncCount"] != true || out.body["DatasetSyncCount"] != 4.0 {
			t.Fatalf("deleted %v", out.body)
		}
		g.update("alice", g.alice, "prefs", put("colour", "red", 2)).must(t, 409, "ResourceConflictException")
		g.update("alice", g.alice, "prefs", put("colour", "red", 0)).must(t, 200, "")
		out = g.bearer("alice", "GET", prefs+"/records?lastSyncCount=3", "").must(t, 200, "")
		if out.body["DatasetExists"] != true || out.body["DatasetDeletedAfterRequestedSyncCount"] != true || len(out.records(t)) != 1 {
			t.Fatalf("made again %v", out.body)
		}
		out = g.bearer("alice", "GET", prefs+"/records?lastSyncCount=4", "").must(t, 200, "")
		if out.body["DatasetDeletedAfterRequestedSyncCount"] != false {
			t.Fatalf("for who saw the deletion: %v", out.body)
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		var patches []string
		for i := range 7 {
			patches = append(patches, put(fmt.Sprintf("k%d:é", i), "v", 0))
		}
		g.update("alice", g.alice, "d1", patches...).must(t, 200, "")
		g.update("alice", g.alice, "d1", put("k0:é", "w", 1)).must(t, 200, "")
		var keys []string
		query := "?maxResults=3"
		for {
			out := g.bearer("alice", "GET", g.of(g.alice, "/datasets/d1/records")+query, "").must(t, 200, "")
			for _, r := range out.body["Records"].([]any) {
				keys = append(keys, r.(map[string]any)["Key"].(string))
			}
			next, more := out.body["NextToken"].(string)
			if !more {
				break
			}
			query = "?maxResults=3&nextToken=" + next + "&syncSessionToken=" + out.body["SyncSessionToken"].(string)
		}
		if len(keys) != 7 || keys[6] != "k0:é" || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != 7 {
			t.Fatalf("pages gave %q", keys)
		}

		g.update("alice", g.alice, "d2", put("k", "v", 0)).must(t, 200, "")
		g.update("alice", g.alice, "d3", put("k", "v", 0)).must(t, 200, "")
		out := g.bearer("alice", "GET", g.of(g.alice, "/datasets?maxResults=2"), "").must(t, 200, "")
		if out.body["Count"] != 2.0 {
			t.Fatalf("first page %v", out.body)
		}
		out = g.bearer("alice", "GET", g.of(g.alice, "/datasets?maxResults=2&nextToken=", out.body["NextToken"].(string)), "").must(t, 200, "")
		if out.body["Count"] != 1.0 || out.body["NextToken"] != nil || out.body["Datasets"].([]any)[0].(map[string]any)["DatasetName"] != "d3" {
			t.Fatalf("second page %v", out.body)
		}
	})
}

func TestMergedDatasets(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.update("bob", g.bob, "prefs", put("guest", "yes", 0)).must(t, 200, "")
		g.update("alice", g.alice, "prefs", put("mine", "yes", 0)).must(t, 200, "")
		service := &dataset.Service{Store: g.st, Feed: g.feed, Now: time.Now}
		if err := service.Merge(t.Context(), g.pool, g.bob, g.alice); err != nil {
			t.Fatal(err)
		}
		out := g.bearer("alice", "GET", g.of(g.alice, "/datasets/prefs/records"), "").must(t, 200, "")
		names := out.body["MergedDatasetNames"].([]any)
		if len(names) != 1 || names[0] != "prefs."+g.bob {
			t.Fatalf("merged names %v", out.body)
		}
		merged := g.of(g.alice, "/datasets/prefs.", strings.ReplaceAll(g.bob, ":", "%3A"))
		if r := g.bearer("alice", "GET", merged+"/records", "").must(t, 200, "").records(t); r["guest"]["Value"] != "yes" {
			t.Fatalf("merged records %v", r)
		}
		g.bearer("alice", "DELETE", merged, "").must(t, 200, "")
		out = g.bearer("alice", "GET", g.of(g.alice, "/datasets/prefs/records"), "").must(t, 200, "")
		if out.body["MergedDatasetNames"] != nil {
			t.Fatalf("after its deletion: %v", out.body)
		}
	})
}

func TestBadInput(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		session := g.session("alice", g.alice, "d")
		foreign := g.session("alice", g.alice, "other")
		batch := func(session string, patches ...string) string {
			return `{"SyncSessionToken":"` + session + `","RecordPatches":[` + strings.Join(patches, ",") + `]}`
		}
		var many []string
		for i := range dataset.MaxRecords + 1 {
			many = append(many, put(fmt.Sprint("k", i), "v", 0))
		}
		long := strings.Repeat("x", dataset.MaxBytes)
		for _, test := range []struct {
			name, body string
			status     int
			kind       string
		}{
			{"no body", ` `, 400, "SerializationException"},
			{"broken JSON", `{"SyncSessionToken":`, 400, "SerializationException"},
			{"two values", batch(session) + `{}`, 400, "SerializationException"},
			{"an array", `[]`, 400, "SerializationException"},
			{"a wrong type", `{"SyncSessionToken":1}`, 400, "SerializationException"},
			{"a fraction of a count", batch(session, `{"Op":"replace","Key":"k","Value":"v","SyncCount":0.5}`), 400, "SerializationException"},
			{"a count past 64 bits", batch(session, `{"Op":"replace","Key":"k","Value":"v","SyncCount":99999999999999999999}`), 400, "SerializationException"},
			{"invalid UTF-8", batch(session, "{\"Op\":\"replace\",\"Key\":\"\xff\",\"Value\":\"v\",\"SyncCount\":0}"), 400, "SerializationException"},
			{"deep nesting", strings.Repeat("[", 20000), 400, "SerializationException"},
			{"no session", `{"RecordPatches":[]}`, 400, "InvalidParameterException"},
			{"a session that is none", batch("AAAA"), 400, "InvalidParameterException"},
			{"another dataset's session", batch(foreign, put("k", "v", 0)), 400, "InvalidParameterException"},
			{"a session of one bit less", batch(session[:len(session)-2]+"AA", put("k", "v", 0)), 400, "InvalidParameterException"},
			{"no key", batch(session, `{"Op":"replace","Value":"v","SyncCount":0}`), 400, "InvalidParameterException"},
			{"an empty key", batch(session, put("", "v", 0)), 400, "InvalidParameterException"},
			{"a long key", batch(session, put(strings.Repeat("é", dataset.MaxKey+1), "v", 0)), 400, "InvalidParameterException"},
			{"NUL in a key", batch(session, put("a\x00b", "v", 0)), 400, "InvalidParameterException"},
			{"NUL in a value", batch(session, put("a", "\x00", 0)), 400, "InvalidParameterException"},
			{"no value", batch(session, `{"Op":"replace","Key":"k","SyncCount":0}`), 400, "InvalidParameterException"},
			{"a value to remove", batch(session, `{"Op":"remove","Key":"k","Value":"v","SyncCount":0}`), 400, "InvalidParameterException"},
			{"an unknown operation", batch(session, `{"Op":"add","Key":"k","Value":"v","SyncCount":0}`), 400, "InvalidParameterException"},
			{"no count", batch(session, `{"Op":"replace","Key":"k","Value":"v"}`), 400, "InvalidParameterException"},
			{"a negative count", batch(session, put("k", "v", -1)), 400, "InvalidParameterException"},
			{"a count of the future", batch(session, put("k", "v", 1)), 409, "ResourceConflictException"},
			{"the highest count", batch(session, `{"Op":"replace","Key":"k","Value":"v","SyncCount":9223372036854775807}`), 409, "ResourceConflictException"},
			{"a key twice", batch(session, put("k", "v", 0), put("k", "w", 0)), 400, "InvalidParameterException"},
			{"a date before 1970", batch(session, `{"Op":"replace","Key":"k","Value":"v","SyncCount":0,"DeviceLastModifiedDate":-1}`), 400, "InvalidParameterException"},
			{"a date past all dates", batch(session, `{"Op":"replace","Key":"k","Value":"v","SyncCount":0,"DeviceLastModifiedDate":1e300}`), 400, "InvalidParameterException"},
			{"an empty device", `{"DeviceId":"",` + batch(session)[1:], 400, "InvalidParameterException"},
			{"too many patches", batch(session, many...), 400, "InvalidParameterException"},
			{"a megabyte and a byte", batch(session, put("k", long, 0)), 400, "LimitExceededException"},
			{"more than a megabyte together", batch(session, put("k", long[:dataset.MaxBytes/2], 0), put("l", long[:dataset.MaxBytes/2], 0)), 400, "LimitExceededException"},
			{"a body past its limit", batch(session, put("k", strings.Repeat("\x01", 1500000), 0)), 413, "RequestTooLargeException"},
			{"a megabyte", batch(session, put("k", long[1:], 0)), 200, ""},
		} {
			t.Run(test.name, func(t *testing.T) {
				g.as(t).bearer("alice", "POST", g.of(g.alice, "/datasets/d"), test.body).must(t, test.status, test.kind)
			})
		}
		for path, kind := range map[string]string{
			"/datasets/a%20b":                                     "InvalidParameterException",
			"/datasets/%00":                                       "InvalidParameterException",
			"/datasets/%FF":                                       "InvalidParameterException",
			"/datasets/...":                                       "InvalidParameterException",
			"/datasets/" + strings.Repeat("x", 129):               "InvalidParameterException",
			"/datasets/d/records?lastSyncCount=x":                 "InvalidParameterException",
			"/datasets/d/records?lastSyncCount=-1":                "InvalidParameterException",
			"/datasets/d/records?lastSyncCount=1&lastSyncCount=2": "InvalidParameterException",
			"/datasets/d/records?maxResults=0":                    "InvalidParameterException",
			"/datasets/d/records?maxResults=1025":                 "InvalidParameterException",
			"/datasets/d/records?nextToken=!":                     "InvalidParameterException",
			"/datasets/d/records?nextToken=AAAA":                  "InvalidParameterException",
			"/datasets/d/records?syncSessionToken=AAAA":           "InvalidParameterException",
			"/datasets/d/records?a=%zz":                           "InvalidParameterException",
			"/datasets?maxResults=65":                             "InvalidParameterException",
			"/datasets?nextToken=AAAA":                            "InvalidParameterException",
		} {
			g.bearer("alice", "GET", g.of(g.alice, path), "").must(t, 400, kind)
		}
		r := g.request("POST", g.of(g.alice, "/datasets/d"), batch(session))
		r.Header.Set("Authorization", "Bearer "+g.tokens["alice"])
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		g.send(r).must(t, 415, "UnsupportedMediaTypeException")
	})
}

// FuzzUpdateRecords sends any body to a real door: whatever comes, the answer is
// a success or the caller's own error.
func FuzzUpdateRecords(f *testing.F) {
	f.Add(`{"SyncSessionToken":"x","RecordPatches":[{"Op":"replace","Key":"k","Value":"v","SyncCount":0}]}`)
	f.Add(`{"RecordPatches":null,"DeviceId":"\ud800"}`)
	g := newRig(f, storetest.SQLite(f))
	f.Fuzz(func(t *testing.T, body string) {
		if out := g.as(t).bearer("alice", "POST", g.of(g.alice, "/datasets/d"), body); out.status >= 500 {
			t.Fatalf("%d %v", out.status, out.body)
		}
	})
}

// reader reads server-sent events.
type reader struct {
	t     testing.TB
	lines *bufio.Scanner
	id    string
}

func (g *rig) stream(token, last string) *reader {
	g.Helper()
	r := g.request("GET", g.of(g.alice, "/stream"), "")
	r.Header.Set("Authorization", "Bearer "+g.tokens[token])
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	g.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		g.Fatalf("stream: %d %v", res.StatusCode, res.Header)
	}
	s := &reader{t: g, lines: bufio.NewScanner(res.Body)}
	return s
}

// next answers the next event as "dataset@count", or "" at the end.
func (s *reader) next() string {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			s.id = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var e struct {
				Dataset   string
				SyncCount int64 `json:"sync_count"`
			}
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				s.t.Fatal(err)
			}
			return fmt.Sprintf("%s@%d", e.Dataset, e.SyncCount)
		}
	}
	return ""
}

func (s *reader) must(want string) {
	s.t.Helper()
	if got := s.next(); got != want {
		s.t.Fatalf("want event %q, got %q", want, got)
	}
}

func TestStream(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.update("alice", g.alice, "before", put("k", "v", 0)).must(t, 200, "")
		s := g.stream("alice", "")
		s.must("before@1")
		g.update("alice", g.alice, "prefs", put("k", "v", 0)).must(t, 200, "")
		s.must("prefs@1")
		g.update("bob", g.bob, "prefs", put("k", "v", 0)).must(t, 200, "")
		g.update("alice", g.alice, "prefs", put("k", "w", 1)).must(t, 200, "")
		s.must("prefs@2") // and nothing of bob's

		// What happens while away is told on return, by the id that was last.
		last := s.id
		g.update("alice", g.alice, "while-away", put("k", "v", 0)).must(t, 200, "")
		g.bearer("alice", "DELETE", g.of(g.alice, "/datasets/before"), "").must(t, 200, "")
		back := g.stream("alice", last)
		seen := []string{}
		for range 3 {
			seen = append(seen, back.next())
		}
		for _, want := range []string{"while-away@1", "before@2"} {
			if !slices.Contains(seen, want) {
				t.Fatalf("on return %q, want %s", seen, want)
			}
		}

		// A dataset that the role hides is hidden here too.
		out := g.signed(g.admin, "GET", g.of(g.alice, "/datasets/secret/records"), "")
		g.signed(g.admin, "POST", g.of(g.alice, "/datasets/secret"),
			`{"SyncSessionToken":"`+out.body["SyncSessionToken"].(string)+`","RecordPatches":[`+put("k", "v", 0)+`]}`).must(t, 200, "")
		g.update("alice", g.alice, "after", put("k", "v", 0)).must(t, 200, "")
		back.must("after@1")

		// The server leaves in order: streams end, and no new one begins.
		g.stop()
		if got := back.next(); got != "" {
			t.Fatalf("after the end: %q", got)
		}
		g.bearer("alice", "GET", g.of(g.alice, "/stream"), "").must(t, 503, "ServiceUnavailableException")
	})
}

// TestStreamAcrossNodes writes on one node and listens on another.
func TestStreamAcrossNodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		here := newRig(t, st)
		s := here.stream("alice", "")
		// The other node has a feed of its own, which nobody here hears.
		there := &dataset.Service{Store: st, Feed: &dataset.Feed{Store: st}, Now: time.Now}
		here.update("alice", here.alice, "prefs", put("k", "v", 0)).must(t, 200, "")
		s.must("prefs@1")
		if _, err := there.Delete(t.Context(), dataset.Owner{PoolID: here.pool, IdentityID: here.alice, Issued: provider.At(time.Now())}, "prefs", ""); err != nil {
			t.Fatal(err)
		}
		s.must("prefs@2")
	})
}

func TestStreamEnds(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		// Shortly before the credential ends, by the clock of the door.
		g.ahead.Store(int64(15*time.Minute - 2*time.Second))
		if got := g.stream("alice", "").next(); got != "" {
			t.Fatalf("past the credential: %q", got)
		}
		g.ahead.Store(0)
		s := g.stream("alice", "not an id")
		if err := g.st.IdentityPool(g.pool).EndCredentials(t.Context(), g.alice); err != nil {
			t.Fatal(err)
		}
		if got := s.next(); got != "" {
			t.Fatalf("past the identity's credentials: %q", got)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	g := newRig(t, storetest.SQLite(t))
	for range dataset.MaxSubscribers {
		g.stream("alice", "")
	}
	out := g.bearer("alice", "GET", g.of(g.alice, "/stream"), "").must(t, 429, "TooManyRequestsException")
	if out.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

type listRecordsResponse struct {
	Records                               []record
	NextToken                             string `json:",omitempty"`
	Count                                 int
	DatasetSyncCount                      int64
	LastModifiedBy                        string   `json:",omitempty"`
	MergedDatasetNames                    []string `json:",omitempty"`
	DatasetExists                         bool
	DatasetDeletedAfterRequestedSyncCount bool
	SyncSessionToken                      string
}

func (d *Door) listRecords(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.ReadDataset, directory.IdentityRead)
	if err != nil {
		return err
	}
	q := newQuery(r)
	ask := dataset.Query{
		Since: q.number("lastSyncCount", 0), Next: q.text("nextToken"), Limit: q.limit(), Session: q.text("syncSessionToken"),
	}
	if q.err != nil {
		return q.err
	}
	page, err := d.Datasets.Records(r.Context(), who, r.PathValue("dataset"), ask)
	if err != nil {
		return err
	}
	return answer(w, listRecordsResponse{
		Records: newRecords(page.Records), NextToken: page.Next, Count: len(page.Records), DatasetSyncCount: page.Rev,
		LastModifiedBy: page.By, MergedDatasetNames: page.Merged, DatasetExists: page.Exists,
		DatasetDeletedAfterRequestedSyncCount: page.Deleted, SyncSessionToken: page.Session,
	})
}

type updateRecordsRequest struct {
	DeviceID         *string `json:"DeviceId"`
	SyncSessionToken string
	RecordPatches    []recordPatch
}

// recordPatch has pointers where the model requires a member: a missing one is
// not the same as a zero.
type recordPatch struct {
	Op                     string
	Key                    *string
	Value                  *string
	SyncCount              *int64
	DeviceLastModifiedDate *float64
}

type updateRecordsResponse struct{ Records []record }

func (d *Door) updateRecords(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.WriteDataset, directory.IdentityWrite)
	if err != nil {
		return err
	}
	var in updateRecordsRequest
	if err := decode(r, &in); err != nil {
		return err
	}
	by, patches, err := in.parse()
	if err != nil {
		return err
	}
	if by == "" {
		by = c.name()
	}
	records, err := d.Datasets.Update(r.Context(), who, r.PathValue("dataset"), in.SyncSessionToken, by, patches)
	if err != nil {
		return err
	}
	return answer(w, updateRecordsResponse{newRecords(records)})
}

func (in *updateRecordsRequest) parse() (by string, patches []provider.Patch, err error) {
	if in.DeviceID != nil {
		by = *in.DeviceID
		if n := utf8.RuneCountInString(by); n == 0 || n > dataset.MaxDevice || strings.Contains(by, "\x00") {
			return "", nil, provider.Invalid("DeviceId", "A device id has 1 to %d characters.", dataset.MaxDevice)
		}
	}
	if in.SyncSessionToken == "" {
		return "", nil, provider.Invalid("SyncSessionToken", "List the records first: the answer holds a token.")
	}
	patches = make([]provider.Patch, len(in.RecordPatches))
	for i, p := range in.RecordPatches {
		if patches[i], err = p.parse(); err != nil {
			return "", nil, err
		}
	}
	return by, patches, nil
}

func (p *recordPatch) parse() (out provider.Patch, err error) {
	switch {
	case p.Key == nil:
		return out, provider.Invalid("Key", "A patch names a key.")
	case p.SyncCount == nil:
		return out, provider.Invalid("SyncCount", "A patch names the sync count of the record it changes, 0 for a new one.")
	case p.Op != "replace" && p.Op != "remove":
		return out, provider.Invalid("Op", "A patch's operation is replace or remove.")
	case p.Op == "replace" && p.Value == nil:
		return out, provider.Invalid("Value", "A patch that replaces has a value.")
	}
	out = provider.Patch{Key: *p.Key, Base: *p.SyncCount, Remove: p.Op == "remove"}
	if p.Value != nil {
		out.Value = *p.Value
	}
	if p.DeviceLastModifiedDate != nil {
		out.DeviceModifiedAt, err = parseDate(*p.DeviceLastModifiedDate)
	}
	return out, err
}

// decode reads a JSON body. Its errors are AWS's SerializationException, and
// UnsupportedMediaType for another kind of body.
func decode(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !strings.HasPrefix(kind, "application/x-amz-json-1.") {
		return &exception{Type: "UnsupportedMediaTypeException", Message: "The body must be application/json.", status: http.StatusUnsupportedMediaType}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if !utf8.Valid(body) {
		return serialization("The body is not UTF-8.")
	}
	if err := json.Unmarshal(body, into); err != nil {
		var wrongType *json.UnmarshalTypeError
		if errors.As(err, &wrongType) && wrongType.Field != "" {
			return serialization("The member " + wrongType.Field + " has the wrong type.")
		}
		return serialization("The body is not the JSON that this operation takes.")
	}
	return nil
}

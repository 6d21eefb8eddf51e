package sync

import (
	"fmt"
	"math"

	"github.com/cognate-idp/cognate/provider"
)

// date is a moment as Cognito Sync writes it: seconds since 1970 with a fraction.
type date provider.Time

func (d date) MarshalJSON() ([]byte, error) {
	ms := int64(d) / 1000
	return fmt.Appendf(nil, "%d.%03d", ms/1000, ms%1000), nil
}

// lastDate is the end of the year 9999 in seconds, past which dates do not print.
const lastDate = 253402300799

func parseDate(seconds float64) (provider.Time, error) {
	if math.IsNaN(seconds) || seconds < 0 || seconds > lastDate {
		return 0, provider.Invalid("DeviceLastModifiedDate", "A date is given in seconds since 1970.")
	}
	return provider.Time(math.Round(seconds * 1e6)), nil
}

// record is the shape Record. A removed record has no Value.
type record struct {
	Key                    string
	Value                  *string `json:",omitempty"`
	SyncCount              int64
	LastModifiedDate       date   `json:",omitzero"`
	LastModifiedBy         string `json:",omitempty"`
	DeviceLastModifiedDate date   `json:",omitzero"`
}

func newRecords(records []provider.Record) []record {
	out := make([]record, len(records))
	for i, r := range records {
		out[i] = record{
			Key: r.Key, SyncCount: r.Rev, LastModifiedDate: date(r.ModifiedAt),
			LastModifiedBy: r.ModifiedBy, DeviceLastModifiedDate: date(r.DeviceModifiedAt),
		}
		if !r.Deleted && r.Rev > 0 {
			out[i].Value = &records[i].Value
		}
	}
	return out
}

// datasetShape is the shape Dataset.
type datasetShape struct {
	IdentityID       string `json:"IdentityId"`
	DatasetName      string
	CreationDate     date
	LastModifiedDate date
	LastModifiedBy   string `json:",omitempty"`
	DataStorage      int64
	NumRecords       int64
}

func newDataset(d *provider.Dataset) datasetShape {
	return datasetShape{
		IdentityID: d.IdentityID, DatasetName: d.Name, CreationDate: date(d.CreatedAt), LastModifiedDate: date(d.ModifiedAt),
		LastModifiedBy: d.ModifiedBy, DataStorage: d.Bytes, NumRecords: d.Records,
	}
}

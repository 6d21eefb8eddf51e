package policy

import (
	"net/netip"
	"time"

	"github.com/cedar-policy/cedar-go"
)

// The sync service's words.
const (
	SyncAction cedar.EntityType = "Sync::Action"
	Dataset    cedar.EntityType = "Sync::Dataset"

	ListDatasets  = "ListDatasets"  // resource: the identity itself
	ReadDataset   = "ReadDataset"   // describe, list records, subscribe; resource: the dataset
	WriteDataset  = "WriteDataset"  // update records
	DeleteDataset = "DeleteDataset" // delete the dataset
)

var syncActions = []string{ListDatasets, ReadDataset, WriteDataset, DeleteDataset}

// AllowsDataset decides a sync request of an identity on a dataset of its own.
// The resource is Sync::Dataset::"<dataset>" with the attributes `name` and
// `owner`, a child of its owner, so `resource in principal` holds for every
// dataset an identity can reach. For ListDatasets the resource is the identity
// and the dataset's name is not looked at.
func (d *Document) AllowsDataset(identity, action, dataset string, at time.Time, from netip.Addr) bool {
	// A forbid about addresses would fail, and so vanish, if there were none.
	if !from.IsValid() {
		from = netip.IPv4Unspecified()
	}
	owner := IdentityUID(identity)
	r := Request{
		Principal: identity,
		Action:    cedar.NewEntityUID(SyncAction, cedar.String(action)),
		Resource:  owner,
		Time:      at,
		Source:    from,
	}
	entities := cedar.EntityMap{}
	if action != ListDatasets {
		r.Resource = cedar.NewEntityUID(Dataset, cedar.String(dataset))
		entities[r.Resource] = cedar.Entity{
			UID:     r.Resource,
			Parents: cedar.NewEntityUIDSet(owner),
			Attributes: cedar.NewRecord(cedar.RecordMap{
				"name":  cedar.String(dataset),
				"owner": owner,
			}),
		}
	}
	return d.Decide(r, entities)
}

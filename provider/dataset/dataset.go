// Package dataset is the sync store: named key/value stores that belong to an
// identity, written by compare-and-set and read by revision, so that devices
// edit offline and meet again. It owns the limits, the sync sessions, the
// conflicts and the feed of changes.
//
// It neither knows how a caller proved who they are nor what their role allows:
// the door has asked that. It only checks that the identity is still there and
// that the credential is not older than the identity allows. Merging two
// identities is package identitypool's, which calls Merge for their data.
package dataset

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// The limits of Amazon Cognito Sync. Sizes are the UTF-8 bytes of keys and
// values of live records.
const (
	MaxRecords       = 1024     // live keys of a dataset, and patches of a batch
	MaxBytes         = 1 << 20  // of a dataset, so of one value too
	MaxDatasets      = 20       // of an identity
	MaxIdentityBytes = 20 << 20 // of an identity's datasets together
	MaxKey           = 1024     // characters
	MaxName          = 128      // characters
	MaxDevice        = 256      // characters
)

// Service reads and writes datasets. Every field is required.
type Service struct {
	Store  *store.Store
	Sealer *secret.Sealer // derives the key of session tokens
	Feed   *Feed
	Now    func() time.Time
}

// Owner is the identity whose datasets are meant, as the caller proved it.
type Owner struct {
	PoolID     string
	IdentityID string
	// Issued is when the caller's credential was made. Credentials from before
	// the identity's ValidAfter are refused; an operator's counts as made now.
	Issued provider.Time
}

// Conflict says that at least one base did not fit, and what the server holds
// under the keys that differ. A key without a record has revision 0.
type Conflict struct {
	Records []provider.Record
	err     error
}

func (c *Conflict) Error() string { return c.err.Error() }
func (c *Conflict) Unwrap() error { return c.err }

// Update applies patches to a dataset, all or none, and answers the records as
// they now are. The dataset is made if need be. by names the device or identity
// that writes. Without patches it changes nothing.
//
// Errors: CodeInvalid for a bad name, key, value, base, session or a key that
// comes twice; *Conflict (CodeConflict); CodeLimit; provider.ErrIdentityNotFound;
// CodeUnauthorized for a dead credential; CodeExpired for an old session.
func (s *Service) Update(ctx context.Context, who Owner, name, session, by string, patches []provider.Patch) ([]provider.Record, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := checkPatches(patches); err != nil {
		return nil, err
	}
	if err := s.checkSession(who, name, session); err != nil {
		return nil, err
	}
	pool := s.Store.IdentityPool(who.PoolID)
	if len(patches) == 0 {
		return nil, pool.CheckIdentity(ctx, who.IdentityID, who.Issued)
	}
	if by == "" {
		by = who.IdentityID
	}
	lasting, err := lasting(ctx, pool, who.IdentityID, name, patches)
	if err != nil {
		return nil, err
	}
	if len(lasting) == 0 {
		return unsaid(who, name, by, patches), pool.CheckIdentity(ctx, who.IdentityID, who.Issued)
	}
	d, err := pool.Patch(ctx, store.Batch{
		IdentityID: who.IdentityID, Dataset: name, Patches: lasting, By: by, Issued: who.Issued,
		Limits: store.DatasetLimits{Records: MaxRecords, Bytes: MaxBytes, Datasets: MaxDatasets, IdentityBytes: MaxIdentityBytes},
	})
	if provider.CodeOf(err) == provider.CodeConflict {
		return nil, s.conflict(ctx, who, name, patches, err)
	}
	if err != nil {
		return nil, err
	}
	s.announce(ctx, d)
	records := unsaid(who, name, by, patches)
	for i := range records {
		if len(lasting) > 0 && lasting[0].Key == records[i].Key { // in the order of patches
			records[i].Rev, records[i].ModifiedAt = d.Rev, d.ModifiedAt
			lasting = lasting[1:]
		}
	}
	return records, nil
}

// lasting leaves out the removal of what never was. As a tombstone it would tell no
// device anything, and count in none of the limits.
func lasting(ctx context.Context, pool *store.IdentityPool, identity, name string, patches []provider.Patch) ([]provider.Patch, error) {
	var keys []string
	for _, p := range patches {
		if p.Remove && p.Base == 0 {
			keys = append(keys, p.Key)
		}
	}
	if len(keys) == 0 {
		return patches, nil
	}
	found, err := pool.RecordsByKey(ctx, identity, name, keys)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, r := range found {
		there[r.Key] = true
	}
	return slices.DeleteFunc(slices.Clone(patches), func(p provider.Patch) bool { return p.Remove && p.Base == 0 && !there[p.Key] }), nil
}

// unsaid is what patches make of records that have no revision: those that are not
// there.
func unsaid(who Owner, name, by string, patches []provider.Patch) []provider.Record {
	records := make([]provider.Record, len(patches))
	for i, p := range patches {
		records[i] = provider.Record{
			PoolID: who.PoolID, IdentityID: who.IdentityID, Dataset: name, Key: p.Key, Value: p.Value, Size: p.Size(),
			Deleted: p.Remove, ModifiedBy: by, DeviceModifiedAt: p.DeviceModifiedAt,
		}
	}
	return records
}

// conflict reads what the server holds, after the transaction was undone: what
// it says may be newer than what refused the batch, which only saves a round.
func (s *Service) conflict(ctx context.Context, who Owner, name string, patches []provider.Patch, cause error) error {
	keys := make([]string, len(patches))
	for i, p := range patches {
		keys[i] = p.Key
	}
	found, err := s.Store.IdentityPool(who.PoolID).RecordsByKey(ctx, who.IdentityID, name, keys)
	if err != nil {
		return errors.Join(err, cause)
	}
	now := make(map[string]provider.Record, len(found))
	for _, r := range found {
		now[r.Key] = r
	}
	c := &Conflict{err: cause}
	for _, p := range patches {
		r, ok := now[p.Key]
		if !ok {
			r.Key = p.Key
		}
		if r.Rev != p.Base {
			c.Records = append(c.Records, r)
		}
	}
	return c
}

// Delete removes a dataset with its records. Its revision goes on counting.
//
// Errors: CodeInvalid, provider.ErrDatasetNotFound, and as Update about the identity.
func (s *Service) Delete(ctx context.Context, who Owner, name, by string) (*provider.Dataset, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	pool := s.Store.IdentityPool(who.PoolID)
	if err := pool.CheckIdentity(ctx, who.IdentityID, who.Issued); err != nil {
		return nil, err
	}
	if by == "" {
		by = who.IdentityID
	}
	d, err := pool.DeleteDataset(ctx, who.IdentityID, name, by)
	if err != nil {
		return nil, err
	}
	s.announce(ctx, d)
	return d, nil
}

// Merge moves the datasets of one identity to another, as "name.from", in the
// transaction that ctx carries. The client finds their names in the next page of
// records, merges them as it likes and deletes them. Limits do not hold it up:
// until the person is below them again, they can only remove.
func (s *Service) Merge(ctx context.Context, poolID, from, to string) error {
	moved, err := s.Store.IdentityPool(poolID).MergeDatasets(ctx, from, to)
	if err != nil {
		return err
	}
	for i := range moved {
		s.announce(ctx, &moved[i])
	}
	return nil
}

func (s *Service) announce(ctx context.Context, d *provider.Dataset) {
	change := store.Change{PoolID: d.PoolID, IdentityID: d.IdentityID, Name: d.Name, Rev: d.Rev, ModifiedAt: d.ModifiedAt}
	s.Store.AfterCommit(ctx, func() { s.Feed.publish(change) })
}

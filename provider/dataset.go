package provider

// Dataset is one named key/value store of an identity. Rev counts its writes.
type Dataset struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	IdentityID string `gorm:"primaryKey;column:identity"`
	Name       string `gorm:"primaryKey"`
	Rev        int64
	Records    int64 // live records
	Bytes      int64 // UTF-8 bytes of live keys and values
	CreatedAt  Time  `gorm:"autoCreateTime:false"`
	ModifiedAt Time
	ModifiedBy string
	DeletedRev int64 // the revision at which it was last deleted; 0 never
	Deleted    bool
	HorizonRev int64 // tombstones up to here are compacted away
}

// Record is one key of a dataset. A deleted one stays as a tombstone.
type Record struct {
	PoolID           string `gorm:"primaryKey;column:pool"`
	IdentityID       string `gorm:"primaryKey;column:identity"`
	Dataset          string `gorm:"primaryKey"`
	Key              string `gorm:"primaryKey;column:record_key"`
	Value            string
	Rev              int64 // the dataset's revision at the last write
	Size             int64
	Deleted          bool
	ModifiedAt       Time
	ModifiedBy       string
	DeviceModifiedAt Time
}

// Patch is one change of a batch: what to do with a key whose record the caller
// last saw at revision Base, or never (0).
type Patch struct {
	Key              string
	Value            string // empty with Remove
	Remove           bool
	Base             int64
	DeviceModifiedAt Time
}

// Size is what p adds to its dataset: the UTF-8 bytes of key and value.
func (p Patch) Size() int64 {
	if p.Remove {
		return 0
	}
	return int64(len(p.Key) + len(p.Value))
}

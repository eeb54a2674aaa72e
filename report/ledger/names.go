package ledger

import (
	"context"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// namesOf returns the search terms of a device besides its UDID, in lower case: 1 for terms that
// should be unique.
func namesOf(v visit) map[string]int64 {
	names := map[string]int64{}
	for name, certain := range map[string]int64{v.slot: 0, v.name: 0} {
		names[strings.ToLower(name)] = certain
	}
	names[strings.ToLower(v.serial)] = 1
	for _, f := range readAsset(v.asset) {
		names[strings.ToLower(f.Value)] = 1
	}
	delete(names, "")
	return names
}

const (
	devicesByKey  = "SELECT device FROM devices WHERE key IN ($1, $2)"
	devicesByName = "SELECT device FROM names WHERE name = $1 AND certain = $2 ORDER BY device LIMIT $3"
)

// named returns the numbers of the devices that match who, at most limit: by UDID, with or without
// hyphens, backup folder, serial number or a value of the inventory row; otherwise by the last
// known slot or by name.
func named(ctx context.Context, tx transaction, who string, limit int) (devices []int64, err error) {
	who = text(who, maxSentence)
	name := strings.ToLower(who)
	for _, q := range []query{
		{devicesByKey, []any{device.UDIDKey(who), who}},
		{devicesByName, []any{name, 1, limit}},
		{devicesByName, []any{name, 0, limit}},
	} {
		if who == "" || len(devices) > 0 || err != nil {
			break
		}
		devices, err = collect(ctx, tx, q.text, q.args, func(number *int64) []any { return []any{number} })
	}
	return devices, err
}

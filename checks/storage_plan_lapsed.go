package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var storagePlanLapsed = &Check{
	ID:    "storage-plan-lapsed",
	Short: "storage plan lapsed",
	Title: "The storage plan is paid and large enough",
	Doc: `When a storage plan is cancelled, made smaller or cannot be charged, what is stored may exceed what is left.
Nothing is deleted at once, but backups and syncing stop while the storage is over its limit.

The person sees a message about the payment, then those of full iCloud storage.

Only a person can answer: neither plan nor payment can be read over USB.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleCancelICloudPlus},
	Remedies: []remedies.ID{remedies.CheckStorageAccount, remedies.FixPayment, remedies.CheckICloudStorage, remedies.BuyStorage},
	Ask:      "Was the storage plan cancelled or made smaller, or did a payment fail? {P-PLAN} shows the plan.",
	Answers:  Answers{Yes: "The storage plan was cancelled or made smaller, or a payment failed."},
}

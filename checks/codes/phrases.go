package codes

// notDevice excludes texts about the storage of the device.
const notDevice = " -iphone_storage -ipad_storage -on_this -on_the -on_iphone -on_ipad -on_your -on_my -on_device -on_phone -device_storage -phone_storage -computer -mac"

// notICloud excludes texts that name iCloud or speak of purchased storage.
const notICloud = " -icloud -paid -bought -upgraded"

// notFull excludes texts that say storage is not full.
const notFull = " -not_full -not_almost_full -no_longer_full -never_full -plenty -not_insufficient"

// phrases are the patterns of messages by title; see fits. The words of a pattern are in plain
// form; see plain.
var phrases = map[string][]string{
	"Not enough iCloud storage": {
		"not_enough|not_have_enough|not_has_enough|insufficient|no_storage icloud -computer -mac -not_insufficient -paid -bought -upgraded",
		"icloud full|almost_full" + notFull, "backup_is_full" + notFull,
	},
	"Not enough space": {
		"not_enough|not_have_enough|not_has_enough|insufficient storage|space|room" + notDevice + notICloud + " -not_insufficient",
		"no_storage|no_space|no_room|out_of_storage|out_of_space" + notDevice + notICloud,
		"storage full|almost_full" + notDevice + notICloud + notFull,
	},
	"iCloud storage is not full":                                       {"icloud not_full|not_almost_full|no_longer_full|plenty", "icloud have_enough|has_enough|lots_of|enough_storage|enough_space -not_enough -not_have_enough -not_has_enough"},
	"Storage was bought, and iCloud is still full":                     {"paid|bought|upgrade|upgraded storage|plan|icloud no_storage|still_full|still_says|still_no|not_seen"},
	"Some files were unavailable":                                      {"files unavailable", "files not_available", "files could_not_be backup", "files locked"},
	"There was a problem enabling iCloud Backup":                       {"problem enabling backup", "problem enabling icloud", "turning_on backup", "error enable|enabling|turn_on|switch_on backup", "could_not_be_turned_on|unable_to_turn_on|not_be_turned_on|not_turn_on|not_be_enabled backup -restrictions"},
	"Currently being restored":                                         {"currently_being_restored", "stop_restoring", "restoring", "being_restored", "restore in_progress|running"},
	"Verification failed: there was an error connecting to the server": {"verification_failed", "error_connecting_to icloud|apple_id|apple_account", "authentication_failed", "update_apple_account_settings", "update_apple_id_settings"},
	"The account needs attention":                                      {"verify your account|apple_id", "apple_id_verification|apple_account_verification", "sign_in_required|sign_in_again", "apple_id_suggestions|apple_account_suggestions", "apple_id|apple_account|account locked|not_active|disabled -backup"},
	"Cannot back up without a verified email address":                  {"without_a_verified_email", "verified_email_address", "verify email|mail_address", "email not_verified|unverified"},
	"iCloud Backup is unable to access the account":                    {"unable_to_access_the_account", "not|unable access account", "can_not_access account"},
	"iCloud Backup is off":                                             {"icloud_backup off|disabled|deactivated -not_off -not_turned_off -not_switched_off -not_disabled -profile -administrator -organization -organisation -mdm -management -employer -school -restrictions -by", "backup_is_off", "backup turned_off|switched_off|turns_off|switches_off -not_turned_off -not_switched_off", "turned_itself_off backup", "turns_itself_off backup"},
	"New iCloud terms and conditions":                                  {"terms_and_conditions", "terms accept|agree|icloud", "can_not_complete_action", "can_not_be_completed_at_this_time"},
	"Not available due to restrictions":                                {"due_to_restrictions", "because_of_restrictions", "content privacy restrictions"},
	"Back Up Now is grey":                                              {"grey -restrictions"},
	"Disabled by a profile":                                            {"disabled|forbidden|blocked|off|not_allowed profile|administrator|organization|organisation|mdm|management|employer|school", "not_available_for_this_account"},
	"Last Backup: Never":                                               {"last_backup_never", "last_successful_backup_never", "never_backup"},
	"Last backup: Incomplete":                                          {"backup incomplete"},
	"Not backed up in … weeks":                                         {"not_backup -could_not -can_not -unable", "not_been_backup", "no_backup_in|no_backup_for"},
	"Connect to Wi-Fi to back up":                                      {"requires wifi", "connect_to wifi", "need wifi connection", "not_connected wifi", "no_wifi", "wifi not_connected"},
	"Connect to power":                                                 {"connect_to_power", "not_charging", "not_plugged_in", "connect power -not_power"},
	"Waiting to back up":                                               {"waiting_to_backup"},
	"iCloud Backup is paused":                                          {"backup paused"},
	"iPhone Storage Almost Full":                                       {"iphone_storage|ipad_storage|device_storage|phone_storage full|almost_full" + notFull, "not_enough|insufficient device_storage|phone_storage|iphone_storage|ipad_storage -icloud", "not_enough|insufficient|no space|storage|room on_this|on_device|on_phone|on_my_phone|on_the_phone|on_the_iphone|on_the_ipad|on_iphone|on_ipad|on_the_device|on_your_iphone|on_your_ipad|on_my_iphone|on_my_ipad -icloud -computer -mac"},
	"Sign in to your iPhone":                                           {"sign_in_to_your_iphone|sign_in_to_your_ipad|sign_in_to_icloud", "not_signed_in|signed_out"},
	"Estimating time remaining":                                        {"estimating remaining", "estimated remaining", "time_remaining", "taking|takes forever|hours|ages|days|long", "backup stuck", "preparing_to_backup", "preparing_backup"},
	"Poor network connection":                                          {"poor_network|network_connection|internet_connection", "network reason|lost|failed", "hotspot|tethering"},
	"Cannot connect to iCloud":                                         {"connect_to_icloud|reach_icloud not|unable|could_not", "icloud not_responding", "temporarily_unavailable|service_unavailable", "system_status outage|down", "icloud down|outage"},
	"Encryption keys are missing":                                      {"encryption_keys", "missing keys"},
	"The device is locked":                                             {"device_is_locked|iphone_is_locked|ipad_is_locked|device_locked", "enter passcode", "unlock iphone|ipad|device backup -password"},
	"The backup is in use":                                             {"another_backup", "backup_is_locked|backup_locked", "backup in_use", "backup already in_progress|running"},
	"A newer version is needed to back up":                             {"update ios|ipados|software backup -advanced", "newer_version|newer_software"},
	"Update your devices to turn on Advanced Data Protection":          {"advanced_data_protection"},
	"A problem with the payment or the storage plan":                   {"payment problem|failed|declined|method", "subscription|plan cancelled|canceled|expired|downgraded", "billing_problem"},
	"Temporary iCloud storage for a new iPhone":                        {"temporary_icloud_storage", "prepare_for_new", "new_iphone temporary"},
	"The device is too hot":                                            {"too_hot|temperature|overheating -not_too -not_overheating"},
	"An app from outside the App Store":                                {"outside app|store|apple", "sideloaded|sideload|trollstore|altstore|livecontainer|jailbreak|jailbroken"},
	"Backup Not Supported":                                             {"backup_not_supported", "app can_not_be_backup"},
	"Low Data Mode":                                                    {"low_data_mode -off -not"},
	"Low Power Mode":                                                   {"low_power_mode -off -not"},
	"Airplane mode":                                                    {"airplane_mode|aeroplane_mode|flight_mode -off -not"},
	"A VPN or filter is on":                                            {"vpn|proxy|firewall|pihole|adguard -no -not -without -off"},
	"The network asks for a sign-in":                                   {"captive portal|network", "log_in_to_network|sign_in_to_network|join_network_login"},
	"The date or time is wrong":                                        {"date wrong|incorrect", "clock wrong|incorrect", "time_is_wrong|time_is_incorrect"},
	"Backup over cellular":                                             {"backup cellular|mobile_data"},
	"Downloads are under way":                                          {"downloads|downloading apps|photos|in_progress|waiting"},
	"Beta software":                                                    {"beta ios|ipados|software|version|profile"},
	"The backup expired":                                               {"backup expired|180_days|deleted_after"},
	"Screen does not lock":                                             {"auto-lock|auto_lock never", "screen not_lock|never_locks|stays_on"},
	"The process crashed":                                              {"crashed|crashing|crashes"},
	"Photos fill iCloud":                                               {"photos fill|filling|use|uses|using|take|taking icloud -downloading"},
	"The next backup is too large":                                     {"backup too_large|too_big|larger_than"},
	"The device is unresponsive":                                       {"frozen|freezes|hangs|unresponsive iphone|ipad|device|phone"},
	"Demo unit":                                                        {"demo mode|unit|device"},
	"Backup Failed":                                                    {"backup failed|unsuccessful|fails|failing|failure", "could_not|can_not|not_backup|unable_to backup -completed", "not_backup_to_icloud"},
	"The last backup could not be completed":                           {"backup could_not|can_not|not_be completed|complete", "backup was_not|not completed", "not_be_completed", "last_backup_could", "last_backup_failed"},
}

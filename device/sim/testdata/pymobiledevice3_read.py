"""Read what a scan reads with pymobiledevice3, and print it as one property list.

Usage: pymobiledevice3_read.py SOCKET
"""

import asyncio
import plistlib
import sys
import tempfile
from pathlib import Path

from pymobiledevice3 import usbmux
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.crash_reports import CrashReportsManager
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.services.mobile_config import MobileConfigService

DOMAINS = ("com.apple.mobile.backup", "com.apple.disk_usage", "com.apple.fmip", "com.apple.purplebuddy")


async def read(address, cache):
    seen = {"UDIDs": [mux.serial for mux in await usbmux.list_devices(usbmux_address=address)]}
    lockdown = await create_using_usbmux(
        autopair=False, usbmux_address=address, pairing_records_cache_folder=Path(cache)
    )
    seen["Info"] = await lockdown.get_value()
    seen["Domains"] = {domain: await lockdown.get_value(domain) for domain in DOMAINS}
    diagnostics = DiagnosticsService(lockdown)
    seen["Battery"] = await diagnostics.get_battery()
    seen["WiFi"] = await diagnostics.get_wifi()
    seen["Profiles"] = await MobileConfigService(lockdown).get_profile_list()
    reports = CrashReportsManager(lockdown)
    names = await reports.ls("/", depth=9)
    seen["Crashes"] = sorted(name.lstrip("/") for name in names if "." in name.rsplit("/", 1)[-1])
    apps = await InstallationProxyService(lockdown).get_apps(calculate_sizes=True)
    seen["Apps"] = sorted(f"{i} {app['StaticDiskUsage']} {app['DynamicDiskUsage']}" for i, app in apps.items())
    await lockdown.close()
    return seen


with tempfile.TemporaryDirectory() as folder:
    sys.stdout.buffer.write(plistlib.dumps(asyncio.run(read(sys.argv[1], folder))))

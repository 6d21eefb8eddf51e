package main

import (
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// devicesVerb lists the browsers that a user has signed in from.
func devicesVerb() func(*flags) *cobra.Command {
	return verb("devices USER", "List the browsers that a user has signed in from", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			l := listing{api.UserPools, "AdminListDevices", "Devices", "Limit", "PaginationToken"}
			return list(s, l, in, []string{"device", "name", "remembered", "address", "last used"}, func(d api.DeviceType) []string {
				return []string{
					d.DeviceKey, attribute(d.DeviceAttributes, "device_name"),
					yesNo(attribute(d.DeviceAttributes, "dev:device_remembered_status") == "remembered"),
					attribute(d.DeviceAttributes, "last_ip_used"), day(d.DeviceLastAuthenticatedDate),
				}
			})
		})
	}, withPool)
}

// forgetDeviceVerb has a browser prove a second factor again.
func forgetDeviceVerb() func(*flags) *cobra.Command {
	return verb("forget-device USER DEVICE", "Forget a browser of a user and end what was begun in it", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			in["DeviceKey"] = args[1]
			return s.do(api.UserPools, "AdminForgetDevice", in, "Forgot device %s of %s.", args[1], args[0])
		})
	}, withPool)
}

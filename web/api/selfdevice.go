package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) listDevices(ctx context.Context, who *Self, in *ListDevicesRequest) (*AdminListDevicesResponse, error) {
	return a.devicePage(ctx, who.Pool.ID, who.User.ID, in.Limit, in.PaginationToken)
}

func (a *API) getDevice(ctx context.Context, who *Self, in *DeviceRequest) (*AdminGetDeviceResponse, error) {
	d, err := a.Factors.Device(ctx, who.Pool.ID, who.User.ID, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return &AdminGetDeviceResponse{Device: wireDevice(d)}, nil
}

func (a *API) forgetDevice(ctx context.Context, who *Self, in *DeviceRequest) error {
	return a.Factors.ForgetDevice(ctx, who.Pool.ID, who.User.ID, in.DeviceKey)
}

func (a *API) updateDeviceStatus(ctx context.Context, who *Self, in *UpdateDeviceStatusRequest) error {
	if in.DeviceRememberedStatus == "" {
		return provider.Invalid("DeviceRememberedStatus", "Say whether the device is remembered or not_remembered.")
	}
	return a.Factors.RememberDevice(ctx, who.Pool.ID, who.User.ID, in.DeviceKey, in.DeviceRememberedStatus == "remembered")
}

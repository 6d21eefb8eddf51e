package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) adminListDevices(ctx context.Context, in *AdminListDevicesRequest) (*AdminListDevicesResponse, error) {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	return a.devicePage(ctx, in.UserPoolID, u.ID, in.Limit, in.PaginationToken)
}

func (a *API) devicePage(ctx context.Context, pool, userID string, limit *int64, token string) (*AdminListDevicesResponse, error) {
	devices, next, err := page(size(limit), token,
		func(before string, n int) ([]provider.Device, error) {
			return a.Factors.Devices(ctx, pool, userID, before, n)
		},
		func(d *provider.Device) string { return d.ID })
	if err != nil {
		return nil, err
	}
	return &AdminListDevicesResponse{Devices: each(devices, wireDevice), PaginationToken: next}, nil
}

func (a *API) adminGetDevice(ctx context.Context, in *AdminDeviceRequest) (*AdminGetDeviceResponse, error) {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	d, err := a.Factors.Device(ctx, in.UserPoolID, u.ID, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return &AdminGetDeviceResponse{Device: wireDevice(d)}, nil
}

func (a *API) adminForgetDevice(ctx context.Context, in *AdminDeviceRequest) error {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return err
	}
	return a.Factors.ForgetDevice(ctx, in.UserPoolID, u.ID, in.DeviceKey)
}

func (a *API) adminUpdateDeviceStatus(ctx context.Context, in *AdminUpdateDeviceStatusRequest) (*AdminUpdateDeviceStatusResponse, error) {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	if in.DeviceRememberedStatus == "" {
		return nil, provider.Invalid("DeviceRememberedStatus", "Say whether the device is remembered or not_remembered.")
	}
	return &AdminUpdateDeviceStatusResponse{},
		a.Factors.RememberDevice(ctx, in.UserPoolID, u.ID, in.DeviceKey, in.DeviceRememberedStatus == "remembered")
}

// wireDevice tells of a device in Cognito's words. Its attributes have the names that
// Cognito gives them.
func wireDevice(d *provider.Device) DeviceType {
	status := "not_remembered"
	if d.Remembered {
		status = "remembered"
	}
	return DeviceType{
		DeviceKey: d.ID, DeviceCreateDate: Timestamp(d.CreatedAt), DeviceLastModifiedDate: Timestamp(d.UpdatedAt),
		DeviceLastAuthenticatedDate: Timestamp(d.LastUsedAt),
		DeviceAttributes: []AttributeType{
			{Name: "device_name", Value: d.Name}, {Name: "device_status", Value: "valid"},
			{Name: "dev:device_remembered_status", Value: status}, {Name: "last_ip_used", Value: d.Address},
		},
	}
}

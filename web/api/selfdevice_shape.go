package api

// ListDevicesRequest is the input of ListDevices.
type ListDevicesRequest struct {
	AccessToken     string `json:"AccessToken" shape:"TokenModelType,required"`
	Limit           *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	PaginationToken string `json:"PaginationToken,omitempty" shape:"SearchPaginationTokenType"`
}

// DeviceRequest is the input of GetDevice and ForgetDevice. Cognito lets the token be
// left out of the shape, and refuses the call without one.
type DeviceRequest struct {
	AccessToken string `json:"AccessToken,omitempty" shape:"TokenModelType"`
	DeviceKey   string `json:"DeviceKey" shape:"DeviceKeyType,required"`
}

// UpdateDeviceStatusRequest is the input of UpdateDeviceStatus.
type UpdateDeviceStatusRequest struct {
	AccessToken            string `json:"AccessToken" shape:"TokenModelType,required"`
	DeviceKey              string `json:"DeviceKey" shape:"DeviceKeyType,required"`
	DeviceRememberedStatus string `json:"DeviceRememberedStatus,omitempty" shape:"DeviceRememberedStatusType"`
}

package api

// AdminListDevicesRequest is the input of AdminListDevices.
type AdminListDevicesRequest struct {
	UserPoolID      string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username        string `json:"Username" shape:"UsernameType,required"`
	Limit           *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	PaginationToken string `json:"PaginationToken,omitempty" shape:"SearchPaginationTokenType"`
}

// AdminListDevicesResponse is the output of AdminListDevices.
type AdminListDevicesResponse struct {
	Devices         []DeviceType `json:"Devices"`
	PaginationToken string       `json:"PaginationToken,omitempty"`
}

// AdminDeviceRequest is the input of the operations that name a device and nothing
// else.
type AdminDeviceRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username   string `json:"Username" shape:"UsernameType,required"`
	DeviceKey  string `json:"DeviceKey" shape:"DeviceKeyType,required"`
}

// AdminGetDeviceResponse is the output of AdminGetDevice.
type AdminGetDeviceResponse struct {
	Device DeviceType `json:"Device"`
}

// AdminUpdateDeviceStatusRequest is the input of AdminUpdateDeviceStatus.
type AdminUpdateDeviceStatusRequest struct {
	UserPoolID             string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username               string `json:"Username" shape:"UsernameType,required"`
	DeviceKey              string `json:"DeviceKey" shape:"DeviceKeyType,required"`
	DeviceRememberedStatus string `json:"DeviceRememberedStatus,omitempty" shape:"DeviceRememberedStatusType"`
}

// AdminUpdateDeviceStatusResponse is the output of AdminUpdateDeviceStatus: empty.
type AdminUpdateDeviceStatusResponse struct{}

// DeviceType is a browser that a user has signed in from.
type DeviceType struct {
	DeviceKey                   string          `json:"DeviceKey,omitempty"`
	DeviceAttributes            []AttributeType `json:"DeviceAttributes,omitempty"`
	DeviceCreateDate            Timestamp       `json:"DeviceCreateDate,omitempty"`
	DeviceLastModifiedDate      Timestamp       `json:"DeviceLastModifiedDate,omitempty"`
	DeviceLastAuthenticatedDate Timestamp       `json:"DeviceLastAuthenticatedDate,omitempty"`
}

package message

// NewDevice is a security notice: a sign-in from a browser that was not seen before.
const NewDevice Kind = "new_device"

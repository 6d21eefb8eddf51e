"""Manages an account by boto3 as its user does: unsigned, with the access token
that a sign-in gave. Ends with a traceback at the first surprise.

    selfservice.py DEV_JSON ACCESS_TOKEN PASSWORD
"""

import base64
import hashlib
import hmac
import json
import struct
import sys
import time

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

dev, token, password = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
me = boto3.client("cognito-idp", endpoint_url=dev["base_url"], region_name="us-east-1", config=Config(signature_version=UNSIGNED))


def refused(code, call, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return
    raise AssertionError(f"expected {code}, got {answer}")


def totp(secret):
    """RFC 6238, with the defaults that authenticator apps have."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def attributes():
    return {a["Name"]: a["Value"] for a in me.get_user(AccessToken=token)["UserAttributes"]}


assert me.get_user(AccessToken=token)["Username"] == dev["users"][0]["username"]
me.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "nickname", "Value": "Al"}])
assert attributes()["nickname"] == "Al", attributes()
me.delete_user_attributes(AccessToken=token, UserAttributeNames=["nickname"])
assert "nickname" not in attributes()
refused("InvalidParameterException", me.update_user_attributes, AccessToken=token, UserAttributes=[{"Name": "email_verified", "Value": "true"}])

secret = me.associate_software_token(AccessToken=token)["SecretCode"]
assert me.verify_software_token(AccessToken=token, UserCode=totp(secret), FriendlyDeviceName="phone")["Status"] == "SUCCESS"
me.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
assert me.get_user(AccessToken=token)["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
assert "SOFTWARE_TOKEN" in me.get_user_auth_factors(AccessToken=token)["ConfiguredUserAuthFactors"]
me.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": False})
assert me.list_web_authn_credentials(AccessToken=token)["Credentials"] == []

assert me.list_devices(AccessToken=token)["Devices"] == []  # the demo's pool remembers none
refused("ResourceNotFoundException", me.get_device, AccessToken=token, DeviceKey="us-east-1_00000000-0000-0000-0000-000000000000")

refused("NotAuthorizedException", me.change_password, AccessToken=token, PreviousPassword="wrong-" + password, ProposedPassword="another-" + password)
me.change_password(AccessToken=token, PreviousPassword=password, ProposedPassword="another-" + password)
me.get_user(AccessToken=token)
me.global_sign_out(AccessToken=token)
refused("NotAuthorizedException", me.get_user, AccessToken=token)
print("managed", dev["users"][0]["username"])

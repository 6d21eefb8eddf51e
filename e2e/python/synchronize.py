"""Synchronizes datasets by boto3, which differs from its use against AWS in
nothing but endpoint_url. Ends with a traceback at the first surprise.

    synchronize.py DEV_JSON IDENTITY_ID
"""

import json
import sys
from datetime import datetime, timezone

import boto3
from botocore.exceptions import ClientError

dev, identity_id = json.load(open(sys.argv[1])), sys.argv[2]
sync = boto3.client(
    "cognito-sync", endpoint_url=dev["base_url"], region_name="us-east-1",
    aws_access_key_id=dev["operator"]["access_key_id"], aws_secret_access_key=dev["operator"]["secret_access_key"],
)
who = {"IdentityPoolId": dev["identity_pool_id"], "IdentityId": identity_id}
now = datetime.now(timezone.utc)


def replace(key, value, count):
    return {"Op": "replace", "Key": key, "Value": value, "SyncCount": count, "DeviceLastModifiedDate": now}


def write(patches, dataset="boto"):
    token = sync.list_records(**who, DatasetName=dataset)["SyncSessionToken"]
    return sync.update_records(**who, DatasetName=dataset, SyncSessionToken=token, RecordPatches=patches)["Records"]


def refused(code, status, call, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, e
        return
    raise AssertionError(f"expected {code}, got {answer}")


empty = sync.list_records(**who, DatasetName="boto")
assert empty["Records"] == [] and empty["DatasetSyncCount"] == 0, empty

records = write([replace("colour", "green", 0), replace("größe", "日本", 0)])
assert {r["Key"]: r["Value"] for r in records} == {"colour": "green", "größe": "日本"}, records
listed = sync.list_records(**who, DatasetName="boto")
first = listed["DatasetSyncCount"]
assert first == 1 and {r["SyncCount"] for r in listed["Records"]} == {1}, listed

write([replace("colour", "blue", 1)])
since = sync.list_records(**who, DatasetName="boto", LastSyncCount=first)
assert [(r["Key"], r["Value"]) for r in since["Records"]] == [("colour", "blue")], since

# A writer who has not seen the last change is refused.
token = since["SyncSessionToken"]
refused("ResourceConflictException", 409, sync.update_records, **who, DatasetName="boto", SyncSessionToken=token,
        RecordPatches=[replace("colour", "red", 1)])
refused("InvalidParameterException", 400, sync.update_records, **who, DatasetName="boto", SyncSessionToken="nonsense",
        RecordPatches=[replace("colour", "red", 2)])

removed = write([{"Op": "remove", "Key": "größe", "SyncCount": 1}])
assert "Value" not in removed[0] or removed[0]["Value"] is None, removed
listed = sync.list_records(**who, DatasetName="boto", LastSyncCount=2)
assert [r["Key"] for r in listed["Records"]] == ["größe"] and not listed["Records"][0].get("Value"), listed

described = sync.describe_dataset(**who, DatasetName="boto")["Dataset"]
assert described["NumRecords"] == 1 and described["DatasetName"] == "boto", described
assert "boto" in [d["DatasetName"] for d in sync.list_datasets(**who)["Datasets"]]

# The size limit: 1 MB a dataset.
token = sync.list_records(**who, DatasetName="large")["SyncSessionToken"]
refused("LimitExceededException", 400, sync.update_records, **who, DatasetName="large", SyncSessionToken=token,
        RecordPatches=[replace(f"k{i}", "x" * 1_000_000, 0) for i in range(2)])

sync.delete_dataset(**who, DatasetName="boto")
assert "boto" not in [d["DatasetName"] for d in sync.list_datasets(**who)["Datasets"]]
assert sync.list_records(**who, DatasetName="boto")["DatasetExists"] is False
refused("ResourceNotFoundException", 404, sync.describe_dataset, **who, DatasetName="boto")
print("synchronized", identity_id)

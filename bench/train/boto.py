"""Uploads a file by boto3's transfer manager, as it is set by default, and prints the seconds.

python boto.py FILE BUCKET KEY; address and credentials come from the environment.
"""

import os
import sys
import time

import boto3

path, bucket, key = sys.argv[1:]
client = boto3.client(
    "s3", endpoint_url=os.environ["DERMFLOW_S3_ENDPOINT"], region_name=os.environ.get("DERMFLOW_S3_REGION", "us-east-1")
)
begun = time.monotonic()
client.upload_file(path, bucket, key)
print(time.monotonic() - begun)

"""A user with rights on one bucket, and changes of its objects, by boto3: what an operator of S3 does."""
import json
import sys

import boto3

ENDPOINT, COMMAND = sys.argv[1:3]


def client(service, key="none", secret="none"):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="eu-central-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


if COMMAND == "create":
    # Four calls without credentials; the server checks the signature of each later one.
    iam = client("iam")
    iam.create_user(UserName="behalf")
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::archive/*"}
        ],
    }
    iam.put_user_policy(UserName="behalf", PolicyName="archive", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="behalf")["AccessKey"]
    client("s3").create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    print(json.dumps({"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}))
elif COMMAND == "alter":
    key, secret, name = sys.argv[3:6]
    s3 = client("s3", key, secret)
    body = s3.get_object(Bucket="archive", Key=name)["Body"].read()
    s3.put_object(Bucket="archive", Key=name, Body=body.replace(b'"outcome":"done"', b'"outcome":"gone"', 1))

"""The Python packages aws-kinesis-agg and aiokpl, each behind the same two questions.

One JSON request per line on standard input, one JSON answer per line on standard output, in order.
A record is [partition key, explicit hash key or null, base64 of the data], and so is the outside of an aggregate.

    {"package", "op": "read", "data": base64}         -> {"aggregated": bool, "records": [record]}
    {"package", "op": "write", "records", "maxSize"}  -> {"aggregates": [record]}

Whatever a package throws is the answer {"error": text}.

Usage: peers.py DIRECTORY, the directory into which pip installed both.
"""

import base64
import importlib.util
import json
import os
import sys

directory = sys.argv[1]
sys.path.insert(0, directory)

from aws_kinesis_agg import aggregator, deaggregator  # noqa: E402

# Only the codec: the rest of aiokpl wants an AWS SDK, the codec wants nothing.
spec = importlib.util.spec_from_file_location("aiokpl_aggregation", os.path.join(directory, "aiokpl", "aggregation.py"))
aiokpl = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = aiokpl
spec.loader.exec_module(aiokpl)


def read_aws(data):
    record = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "sequenceNumber": "1",
            "partitionKey": "outer",
            "approximateArrivalTimestamp": 0,
            "data": base64.b64encode(data),
        }
    }
    read = [user_record["kinesis"] for user_record in deaggregator.deaggregate_records([record])]
    return {
        "aggregated": all(user_record.get("aggregated", False) for user_record in read),
        "records": [
            [user_record["partitionKey"], user_record.get("explicitHashKey"), user_record["data"].decode("ascii")]
            for user_record in read
        ],
    }


def write_aws(records, max_size):
    aggregating = aggregator.RecordAggregator(max_size)
    closed = [aggregating.add_user_record(*record) for record in records]
    closed.append(aggregating.clear_and_get())
    return [aggregate.get_contents() for aggregate in closed if aggregate is not None]


def read_aiokpl(data):
    if not aiokpl.is_aggregated(data):
        return {"aggregated": False, "records": [["outer", None, base64.b64encode(data).decode("ascii")]]}
    return {
        "aggregated": True,
        "records": [
            [record.partition_key, record.explicit_hash_key, base64.b64encode(record.data).decode("ascii")]
            for record in aiokpl.decode_aggregated(data)
        ],
    }


def write_aiokpl(records, _max_size):
    user_records = [aiokpl.UserRecord(*record) for record in records]
    partition_key, _, explicit_hash_key = records[0]
    return [(partition_key, explicit_hash_key, aiokpl.encode_aggregated(user_records))]


READ = {"aws-kinesis-agg": read_aws, "aiokpl": read_aiokpl}
WRITE = {"aws-kinesis-agg": write_aws, "aiokpl": write_aiokpl}


def answer(request):
    package = request["package"]
    if request["op"] == "read":
        return READ[package](base64.b64decode(request["data"]))
    records = [
        (partition_key, base64.b64decode(data), explicit_hash_key)
        for partition_key, explicit_hash_key, data in request["records"]
    ]
    return {
        "aggregates": [
            [partition_key, explicit_hash_key, base64.b64encode(data).decode("ascii")]
            for partition_key, explicit_hash_key, data in WRITE[package](records, request["maxSize"])
        ]
    }


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)

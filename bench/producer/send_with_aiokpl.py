"""Sends user records with aiokpl, a producer in Python: one line of JSON in, one out."""

import asyncio
import json
import resource
import sys
import time

import aiokpl


async def send(order):
    records = [
        (record["partitionKey"], bytes.fromhex(record["data"])) for record in map(json.loads, open(order["inputFile"]))
    ]
    config = aiokpl.Config(
        region="us-east-1",
        endpoint_url=order["endpoint"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
        record_ttl_ms=60_000.0,
        rate_limit_records_per_sec_per_shard=1e9,
        rate_limit_bytes_per_sec_per_shard=1e12,
    )
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    async with aiokpl.Producer(config) as producer:
        outcomes = [await producer.put_record(stream=order["streamName"], partition_key=key, data=data) for key, data in records]
        await producer.flush()
        results = [await outcome.wait() for outcome in outcomes]
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    if not all(result.success for result in results):
        raise SystemExit("aiokpl did not store all of them")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wallMs": wall * 1000, "cpuMs": cpu * 1000}))


asyncio.run(send(json.loads(sys.argv[1])))

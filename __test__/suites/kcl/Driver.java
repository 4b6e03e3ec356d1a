import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Asks the real Kinesis Client Library what it hands on: one call of AggregatorUtil per request, as the KCL's own
 * ProcessTask makes it for one GetRecords batch of one shard.
 *
 * <p>Standard input, big-endian: string start and string end of the shard's range of hash keys (both null: no range),
 * int count, then per Kinesis record string partition key, string sequence number, bytes data.
 *
 * <p>Standard output: int length of the rest, int count (-1: AggregatorUtil threw, a string follows), then per record
 * handed on string partition key, string explicit hash key, bytes data, string sequence number, long sub-sequence
 * number, byte aggregated.
 *
 * <p>Strings are UTF-8; strings and bytes follow their int length, -1 is null. The driver ends with its input.
 */
public final class Driver {
    private static final int ABSENT = -1;

    public static void main(String[] args) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        // Whatever the KCL logs must not end up between the answers.
        System.setOut(new PrintStream(System.err));
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);

        AggregatorUtil kcl = new AggregatorUtil();
        while (true) {
            // The caller waits for answers when it stops writing, so that is the moment to flush.
            if (in.available() == 0) {
                out.flush();
            }
            in.mark(1);
            if (in.read() < 0) {
                return;
            }
            in.reset();

            ByteArrayOutputStream response = new ByteArrayOutputStream();
            answer(kcl, in, new DataOutputStream(response));
            out.writeInt(response.size());
            response.writeTo(out);
        }
    }

    private static void answer(AggregatorUtil kcl, DataInputStream in, DataOutputStream out) throws IOException {
        String start = readString(in);
        String end = readString(in);
        int count = in.readInt();
        List<KinesisClientRecord> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(KinesisClientRecord.builder()
                    .partitionKey(readString(in))
                    .sequenceNumber(readString(in))
                    .data(ByteBuffer.wrap(readBytes(in)))
                    .approximateArrivalTimestamp(Instant.EPOCH)
                    .build());
        }

        List<KinesisClientRecord> handedOn;
        try {
            handedOn = start == null ? kcl.deaggregate(records) : kcl.deaggregate(records, start, end);
        } catch (Throwable thrown) {
            out.writeInt(ABSENT);
            writeString(out, thrown.toString());
            return;
        }
        out.writeInt(handedOn.size());
        for (KinesisClientRecord record : handedOn) {
            byte[] data = new byte[record.data().remaining()];
            record.data().get(data);
            writeString(out, record.partitionKey());
            writeString(out, record.explicitHashKey());
            writeBytes(out, data);
            writeString(out, record.sequenceNumber());
            out.writeLong(record.subSequenceNumber());
            out.writeBoolean(record.aggregated());
        }
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == ABSENT ? null : in.readNBytes(length);
    }

    private static String readString(DataInputStream in) throws IOException {
        byte[] bytes = readBytes(in);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes == null ? ABSENT : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static void writeString(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }
}

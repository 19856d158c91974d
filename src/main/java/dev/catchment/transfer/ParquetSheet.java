package dev.catchment.transfer;

import dev.catchment.collections.RecordRow;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/** A Parquet file, packed by GZIP. Written without Hadoop, of which nothing is shipped. */
final class ParquetSheet implements Sheet {
  /** A group of rows is held in memory until it is written. */
  private static final int GROUP_BYTES = 16 << 20;

  private final ParquetWriter<RecordRow> writer;

  ParquetSheet(OutputStream out, Columns columns) throws IOException {
    this.writer =
        new Builder(new Sink(out), new ParquetRow(columns))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new GzipPages())
            .withCompressionCodec(CompressionCodecName.GZIP)
            .withRowGroupSize((long) GROUP_BYTES)
            .build();
  }

  @Override
  public void write(RecordRow record) throws IOException {
    writer.write(record);
  }

  @Override
  public void finish() throws IOException {
    writer.close();
  }

  private static final class Builder extends ParquetWriter.Builder<RecordRow, Builder> {
    private final ParquetRow row;

    Builder(OutputFile file, ParquetRow row) {
      super(file);
      this.row = row;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<RecordRow> getWriteSupport(Configuration hadoop) {
      return new Rows(row);
    }

    @Override
    protected WriteSupport<RecordRow> getWriteSupport(ParquetConfiguration settings) {
      return new Rows(row);
    }
  }

  /** Hands records to the library field by field. */
  private static final class Rows extends WriteSupport<RecordRow> {
    private final ParquetRow row;
    private @Nullable RecordConsumer consumer;

    Rows(ParquetRow row) {
      this.row = row;
    }

    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration hadoop) {
      return new WriteContext(row.schema(), Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration settings) {
      return new WriteContext(row.schema(), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer given) {
      consumer = given;
    }

    @Override
    public void write(RecordRow record) {
      if (consumer == null) {
        throw new IllegalStateException("Not prepared");
      }
      row.write(record, consumer);
    }
  }

  /** A stream that is only ever written forward. */
  private record Sink(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new Counted(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return new Counted(out);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Counted extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      position += length;
    }
  }
}

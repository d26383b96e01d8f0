package io.ingot.train.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive made from program text alone: a ZIP of stored entries under one folder, as
 * {@code torch.jit.save} writes it (PyTorch's serialization notes), for a module without state.
 */
final class TorchScriptArchive {
  private static final String FOLDER = "k/";

  private TorchScriptArchive() {}

  /**
   * Packs a program.
   *
   * @param text serialized TorchScript that defines {@code class K(Module)} with the attribute
   *     {@code training}
   */
  static byte[] pack(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", module());
      store(zip, "code/__torch__.py", text.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The pickle of an object of class K with {@code training = False}: PROTO 2, GLOBAL, BINPUT,
   * EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, BINUNICODE, NEWFALSE, SETITEM, BUILD, STOP.
   */
  private static byte[] module() {
    String attribute = "training";
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2});
    pickle.writeBytes("c__torch__\nK\n".getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {'q', 0, ')', (byte) 0x81, '}', 'X'});
    pickle.writeBytes(new byte[] {(byte) attribute.length(), 0, 0, 0});
    pickle.writeBytes(attribute.getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {(byte) 0x89, 's', 'b', '.'});
    return pickle.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(data);
    ZipEntry entry = new ZipEntry(FOLDER + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(data.length);
    entry.setCompressedSize(data.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
  }
}

package io.ingot.train.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.util.Locale;

/**
 * Where tensors live and programs run: {@code cpu}, {@code gpu} or {@code gpu:N}. Making one loads
 * libtorch.
 */
public final class TorchDevice {
  private static final String ENGINE = "PyTorch";

  private final Device device;

  private TorchDevice(Device device) {
    this.device = device;
  }

  /**
   * The device of a name.
   *
   * @param name {@code auto} takes the first GPU, else the CPU
   * @throws IngotException for an unknown name, an absent GPU, or when libtorch cannot be loaded
   */
  public static TorchDevice of(String name) {
    Engine engine = engine();
    String plain = name.toLowerCase(Locale.ROOT).replace("cuda", "gpu");
    if (plain.equals("auto")) {
      return new TorchDevice(engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu());
    }
    if (plain.equals("cpu")) {
      return new TorchDevice(Device.cpu());
    }
    if (!plain.matches("gpu(:\\d+)?")) {
      throw IngotException.invalid(
          "unknown device '" + name + "'; known: auto, cpu, gpu, gpu:0, gpu:1, ...");
    }
    int index = plain.contains(":") ? Integer.parseInt(plain.substring(4)) : 0;
    if (index >= engine.getGpuCount()) {
      throw IngotException.failed(
          "device "
              + name
              + " is not there: libtorch "
              + engine.getVersion()
              + " sees "
              + engine.getGpuCount()
              + " GPUs; use device: cpu, or check the driver with 'ingot doctor'");
    }
    return new TorchDevice(Device.gpu(index));
  }

  /** libtorch, loaded once; its natives are unpacked into DJL's cache on first use. */
  private static Engine engine() {
    System.setProperty("OPT_OUT_TRACKING", "true");
    // The optimizing executor rewrites a program after its first runs, so that a resumed training
    // would differ in the last bits from an uninterrupted one.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    OpenMp.waitPassively();
    try {
      return Engine.getEngine(ENGINE);
    } catch (EngineException e) {
      throw new IngotException(
          ErrorKind.FAILED,
          "libtorch could not be loaded: " + e.getMessage() + "; 'ingot doctor' tells more",
          e);
    }
  }

  public boolean isGpu() {
    return device.isGpu();
  }

  /** Whether the device computes in bfloat16 at full speed. */
  public boolean prefersBfloat16() {
    return device.isGpu();
  }

  /** A new root for tensors on this device. */
  public NDManager newManager() {
    return NDManager.newBaseManager(device, ENGINE);
  }

  Device djl() {
    return device;
  }

  /** The executor's switch belongs to the thread. */
  void bindThread() {
    JniUtils.setGraphExecutorOptimize(false);
  }

  @Override
  public String toString() {
    return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
  }
}

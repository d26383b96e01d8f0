package io.ingot.train.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.Platform;
import java.util.Arrays;
import java.util.List;

/**
 * What libtorch this process would compute with.
 *
 * @param version of libtorch
 * @param flavor {@code cpu} or {@code cuNNN}
 * @param devices in the order in which {@code auto} prefers them
 */
public record EngineReport(String version, String flavor, List<String> devices) {
  /**
   * Loads libtorch, which takes a moment the first time.
   *
   * @throws io.ingot.error.IngotException when it cannot be loaded
   */
  public static EngineReport load() {
    TorchDevice.of("cpu");
    Engine engine = Engine.getEngine("PyTorch");
    Platform platform = Platform.detectPlatform("pytorch");
    return new EngineReport(
        engine.getVersion(),
        platform.getFlavor(),
        Arrays.stream(engine.getDevices()).map(EngineReport::name).toList());
  }

  private static String name(Device device) {
    return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
  }
}

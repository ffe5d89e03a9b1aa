/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Looks into another JVM of this machine through its management beans, for which that JVM needs
 * nothing but a few threads. Not thread-safe.
 */
final class JvmProbe implements AutoCloseable {

    private static final double MEGABYTE = 1e6;

    /**
     * What a JVM uses. Megabytes are 10^6 bytes.
     *
     * @param descriptors open files and connections
     * @param cpuSeconds without those of compiler threads
     * @param residentMegabytes of all kinds of memory; 0 on systems other than Linux
     */
    record Sample(
            int threads,
            double heapMegabytes,
            double directMegabytes,
            double metaspaceMegabytes,
            int classes,
            long descriptors,
            double cpuSeconds,
            double compilerCpuSeconds,
            double residentMegabytes) {}

    private final long pid;
    private final CompilerCpu compilers;
    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final MemoryMXBean memory;
    private final BufferPoolMXBean direct;
    private final MemoryPoolMXBean metaspace;
    private final ClassLoadingMXBean classes;
    private final UnixOperatingSystemMXBean system;

    private JvmProbe(long pid, JMXConnector connector) throws IOException {
        this.pid = pid;
        this.connector = connector;
        compilers = CompilerCpu.of(pid);
        MBeanServerConnection server = connector.getMBeanServerConnection();
        threads = bean(server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        memory = bean(server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        direct = bean(server, "java.nio:type=BufferPool,name=direct", BufferPoolMXBean.class);
        metaspace =
                bean(
                        server,
                        ManagementFactory.MEMORY_POOL_MXBEAN_DOMAIN_TYPE + ",name=Metaspace",
                        MemoryPoolMXBean.class);
        classes =
                bean(server, ManagementFactory.CLASS_LOADING_MXBEAN_NAME, ClassLoadingMXBean.class);
        system =
                bean(
                        server,
                        ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME,
                        UnixOperatingSystemMXBean.class);
    }

    static JvmProbe attach(long pid) throws IOException {
        String address;
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            address = machine.startLocalManagementAgent();
            machine.detach();
        } catch (AttachNotSupportedException e) {
            throw new IOException("Process " + pid + " cannot be looked into", e);
        }
        return new JvmProbe(pid, JMXConnectorFactory.connect(new JMXServiceURL(address)));
    }

    private static <T> T bean(MBeanServerConnection server, String name, Class<T> type)
            throws IOException {
        return ManagementFactory.newPlatformMXBeanProxy(server, name, type);
    }

    /** Collects all garbage, which also unloads classes, and then takes a sample. */
    Sample afterCollection() {
        memory.gc();
        // What the first run has made unreachable through references and cleaners goes now.
        memory.gc();
        return sample();
    }

    Sample sample() {
        double compiling = compilers.nanos() / 1e9;
        return new Sample(
                threads.getThreadCount(),
                memory.getHeapMemoryUsage().getUsed() / MEGABYTE,
                direct.getMemoryUsed() / MEGABYTE,
                metaspace.getUsage().getUsed() / MEGABYTE,
                classes.getLoadedClassCount(),
                system.getOpenFileDescriptorCount(),
                system.getProcessCpuTime() / 1e9 - compiling,
                compiling,
                residentKilobytes() / 1e3);
    }

    private long residentKilobytes() {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}

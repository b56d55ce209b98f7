namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>A failed system call on files; <see cref="Exception.Message"/> is what strerror gives.</summary>
internal class FileError(string message) : Exception(message)
{
    public static FileError NotFound => new("No such file or directory");
    public static FileError IsDirectory => new("Is a directory");
    public static FileError NotDirectory => new("Not a directory");
    public static FileError Exists => new("File exists");
    public static FileError NotEmpty => new("Directory not empty");
    public static FileError ReadOnly => new("Read-only file system");
    public static FileError Denied => new("Permission denied");
    public static FileError Busy => new("Resource busy");
    public static FileError NoSpace => new("No space left on device");
    public static FileError TooManyLinks => new("Too many levels of symbolic links");
    public static FileError BadDescriptor => new("Bad file descriptor");
    public static FileError NotPermitted => new("Operation not permitted");
    public static FileError NameTooLong => new("File name too long");
    public static FileError CrossDevice => new("Invalid cross-device link");
    public static FileError Invalid => new("Invalid argument");
}

namespace Stemma.Foundation;

/// <summary>
/// Every way in which Stemma refuses its input. The number is stable and is printed as <c>STM1203</c>: it is a promise to scripts.
/// Families: 10xx finding and opening, 11xx safetensors, 12xx PyTorch, 13xx GGUF and packed weights, 14xx ONNX and adapters, 15xx remote, 20xx anatomy and companion
/// files, 21xx tokenizers and chat templates, 30xx fingerprint files, 40xx comparing, 50xx deriving, 51xx benches and banks, 52xx running, 53xx auditing,
/// 54xx reports and signatures, 90xx use.
/// </summary>
public enum FaultCode
{
    NotFound = 1001,
    NoCheckpoint = 1002,
    UnknownFormat = 1003,
    AmbiguousFolder = 1004,
    LinkRefused = 1005,
    ReadFailed = 1006,
    UnsafeName = 1008,
    TensorTooLarge = 1009,

    SafetensorsTooSmall = 1101,
    SafetensorsHeaderTooLarge = 1102,
    SafetensorsHeaderBeyondFile = 1103,
    SafetensorsHeaderNotText = 1104,
    SafetensorsHeaderNotJson = 1105,
    SafetensorsDuplicateName = 1106,
    SafetensorsUnknownType = 1107,
    SafetensorsBadShape = 1108,
    SafetensorsBadOffsets = 1109,
    SafetensorsSizeMismatch = 1110,
    SafetensorsMisaligned = 1111,
    SafetensorsUncovered = 1112,
    SafetensorsBadMetadata = 1113,
    SafetensorsTooDeep = 1114,
    ShardIndexInvalid = 1121,
    ShardMissing = 1122,
    ShardTensorMissing = 1123,
    ShardTensorTwice = 1124,

    ZipInvalid = 1201,
    ZipNamesDiffer = 1202,
    ZipCompressed = 1203,
    ZipEncrypted = 1204,
    PickleUnsafe = 1211,
    PickleInvalid = 1212,
    PickleTooLarge = 1213,
    TorchStorageInvalid = 1221,
    TorchTensorInvalid = 1222,
    TorchLegacy = 1223,
    TorchScript = 1224,
    TorchByteOrder = 1225,
    TorchLegacyInvalid = 1226,
    TarInvalid = 1227,

    GgufVersion = 1301,
    GgufByteOrder = 1302,
    GgufTruncated = 1303,
    GgufTooLarge = 1304,
    GgufNotText = 1305,
    GgufBadKey = 1306,
    GgufDuplicate = 1307,
    GgufNestedArray = 1308,
    GgufUnknownType = 1309,
    GgufBadShape = 1310,
    GgufBadOffset = 1311,
    GgufSplit = 1312,
    PackedTensorInvalid = 1321,
    PackedNumbersInvalid = 1322,

    OnnxInvalid = 1401,
    OnnxTensorInvalid = 1402,
    OnnxExternalInvalid = 1403,

    ConfigInvalid = 2001,
    TokenizerInvalid = 2002,
    ArchitectureInvalid = 2003,

    TokenizerUnsupported = 2101,
    TextNotEncodable = 2102,
    TokenUnknown = 2103,
    TokenizerTooSlow = 2104,
    TemplateInvalid = 2105,
    TemplateUnsupported = 2106,
    TemplateTooLong = 2107,
    TemplateRefused = 2108,

    VocabularyMissing = 5301,

    FingerprintInvalid = 3001,
    FingerprintVersion = 3002,
    FingerprintEmpty = 3003,

    RecipeMismatch = 4001,

    DerivationUnsupported = 5001,
    DerivationParameter = 5002,
    ParentsDiffer = 5003,
    NumberBeyondType = 5004,
    AdapterInvalid = 5005,

    ZooInvalid = 5101,
    BankInvalid = 5102,

    RunUnsupported = 5201,
    RunIncomplete = 5202,
    RunShape = 5203,
    RunTokens = 5204,
    RunTooLong = 5205,
    NoTokenizer = 5206,

    RoutingSettingInvalid = 5231,

    Usage = 9001,
    WriteFailed = 9002,
    WouldOverwrite = 9003,
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.24;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// What the first version of the contract did not have; ERC-165 tells them apart.
interface IFinalCollection {
    /// No token is ever minted any more.
    function closeMinting() external;
    function mintingClosed() external view returns (bool);
    /// The metadata of these tokens is final.
    function freezeTokens(uint256[] calldata ids) external;
    function tokenFrozen(uint256 id) external view returns (bool);
}

/// Paintings that a community chose.
///
/// A token's id is the SHA-256 of its picture, so that anyone can compute it from the file and a
/// picture can have one token only. Its metadata is one raw IPFS block, of which the SHA-256 is
/// kept: a third of the storage that the CID would take as text.
contract Paintings is
    ERC721,
    ERC2981,
    IERC4906,
    IFinalCollection,
    Pausable,
    AccessControlDefaultAdminRules
{
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    uint96 public constant MOST_ROYALTY = 1000; // basis points of a sale's price

    bytes4 private constant _ERC4906 = 0x49064906;
    bytes32 private constant _BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    string public contractURI;
    uint248 private _supply; // in one word with mintingClosed, which minting reads, too
    bool public mintingClosed;
    bool public metadataFrozen;
    mapping(uint256 id => bytes32) public metadataDigest;
    mapping(uint256 id => bool) public tokenFrozen;

    event ContractURIUpdated(); // ERC-7572
    event MetadataFrozen();
    event MintingClosed();
    event PermanentURI(string uri, uint256 indexed id); // as OpenSea reads it

    error LengthsDiffer(uint256 ids, uint256 digests);
    error MintedOtherwise(uint256 id);
    error EmptyDigest(uint256 id);
    error Frozen();
    error Closed();
    error RoyaltyTooHigh(uint96 basisPoints, uint96 most);

    constructor(
        string memory name,
        string memory symbol,
        string memory uri,
        address admin,
        address minter,
        address royaltyReceiver,
        uint96 royaltyBasisPoints
    ) ERC721(name, symbol) AccessControlDefaultAdminRules(1 days, admin) {
        contractURI = uri;
        _grantRole(MINTER_ROLE, minter);
        _grantRole(PAUSER_ROLE, admin);
        _grantRole(PAUSER_ROLE, minter);
        _setRoyalty(royaltyReceiver, royaltyBasisPoints);
        emit ContractURIUpdated();
    }

    /// Mint what is not minted yet. What is minted with the same metadata already is passed over,
    /// so that the same call may arrive any number of times; with other metadata the call fails.
    function mintBatch(address to, uint256[] calldata ids, bytes32[] calldata digests)
        external
        onlyRole(MINTER_ROLE)
        whenNotPaused
        returns (uint256 minted)
    {
        if (mintingClosed) revert Closed();
        if (ids.length != digests.length) revert LengthsDiffer(ids.length, digests.length);
        for (uint256 i; i < ids.length; ++i) {
            bytes32 known = metadataDigest[ids[i]];
            if (known != 0) {
                if (known != digests[i]) revert MintedOtherwise(ids[i]);
                continue;
            }
            if (digests[i] == 0) revert EmptyDigest(ids[i]);
            metadataDigest[ids[i]] = digests[i];
            ++minted;
            // No call to the receiver: nobody's code runs between two mints.
            _mint(to, ids[i]);
        }
        _supply += uint248(minted);
    }

    function totalSupply() external view returns (uint256) {
        return _supply;
    }

    /// What is there is all that will ever be; it cannot be taken back.
    function closeMinting() external onlyRole(DEFAULT_ADMIN_ROLE) {
        mintingClosed = true;
        emit MintingClosed();
    }

    /// Whose these tokens are and which metadata they have; zero for those that aren't minted.
    function tokens(uint256[] calldata ids)
        external
        view
        returns (address[] memory owners, bytes32[] memory digests)
    {
        owners = new address[](ids.length);
        digests = new bytes32[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            owners[i] = _ownerOf(ids[i]);
            digests[i] = metadataDigest[ids[i]];
        }
    }

    function tokenURI(uint256 id) public view override returns (string memory) {
        _requireOwned(id);
        return string.concat("ipfs://b", _base32(abi.encodePacked(hex"01551220", metadataDigest[id])));
    }

    /// Correct metadata, until `freezeMetadata` or `freezeTokens` makes what is there final.
    function updateMetadata(uint256 id, bytes32 digest) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (metadataFrozen || tokenFrozen[id]) revert Frozen();
        if (digest == 0) revert EmptyDigest(id);
        _requireOwned(id);
        metadataDigest[id] = digest;
        emit MetadataUpdate(id);
    }

    function freezeMetadata() external onlyRole(DEFAULT_ADMIN_ROLE) {
        metadataFrozen = true;
        emit MetadataFrozen();
    }

    function freezeTokens(uint256[] calldata ids) external onlyRole(DEFAULT_ADMIN_ROLE) {
        for (uint256 i; i < ids.length; ++i) {
            tokenFrozen[ids[i]] = true;
            emit PermanentURI(tokenURI(ids[i]), ids[i]);
        }
    }

    function setContractURI(string calldata uri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        contractURI = uri;
        emit ContractURIUpdated();
    }

    function setRoyalty(address receiver, uint96 basisPoints) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRoyalty(receiver, basisPoints);
    }

    /// Stop minting, never transfers: holders can always move and sell.
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    function supportsInterface(bytes4 id)
        public
        view
        override(ERC721, ERC2981, AccessControlDefaultAdminRules, IERC165)
        returns (bool)
    {
        return id == _ERC4906 || id == type(IFinalCollection).interfaceId
            || super.supportsInterface(id);
    }

    function _setRoyalty(address receiver, uint96 basisPoints) private {
        if (basisPoints > MOST_ROYALTY) revert RoyaltyTooHigh(basisPoints, MOST_ROYALTY);
        _setDefaultRoyalty(receiver, basisPoints);
    }

    /// RFC 4648 in lower case and without padding, as multibase "b" has it.
    function _base32(bytes memory data) private pure returns (string memory) {
        bytes memory text = new bytes((data.length * 8 + 4) / 5);
        uint256 buffer;
        uint256 bits;
        uint256 at;
        for (uint256 i; i < data.length; ++i) {
            buffer = ((buffer & 0x1f) << 8) | uint8(data[i]);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text[at++] = _BASE32[(buffer >> bits) & 31];
            }
        }
        if (bits != 0) text[at] = _BASE32[(buffer << (5 - bits)) & 31];
        return string(text);
    }
}
